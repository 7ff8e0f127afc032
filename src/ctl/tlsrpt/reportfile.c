/* SPDX-License-Identifier: ISC */
/* reportfile: the TLS reports in the bytes of a file: JSON, gzip, a mail, or a mailbox of mails. */
#include "ctl/tlsrpt/reportfile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/gunzip.h"
#include "ctl/tlsrpt/gunzip_flow.h"
#include "ctl/tlsrpt/jsonsplit.h"
#include "ctl/tlsrpt/mailbox.h"
#include "ctl/tlsrpt/reportmail.h"
#include "ctl/tlsrpt/reportpiece.h"
#include "ctl/tlsrpt/reportscan.h"

#define MAIL_MIN        100 /* bytes: a shorter mail has no report */
#define HEAD_OF_MAILBOX 5   /* bytes of "From " */
#define EMLX_DIGITS     10

struct reading {
    struct reportpiece_place place;
    size_t unpacked;        /* bytes of the mail's attachments */
    struct reportscan scan; /* of all of them */
    bool is_xml;            /* the attachment at hand is a DMARC report */
    size_t empty;           /* mails without a report */
    size_t first_empty;
};

static void judge_attachment(struct reading *reading, struct reportpiece *piece)
{
    reportpiece_skip_blanks(piece);
    if (reportpiece_is_json(piece))
        reportpiece_hand_over(&reading->place, piece);
    else
        reportpiece_strange(&reading->place, piece);
}

/* XML in what is packed ends the look at its first byte: it is no TLS report. */
static int look_for_report(void *context, const unsigned char *bytes, size_t length,
                           struct error *why)
{
    struct reading *reading = context;
    struct reportpiece piece = {.bytes = bytes, .length = length};
    if (!reading->scan.begun)
        reading->is_xml = reportpiece_is_dmarc(&piece);
    return reportscan_take(&reading->scan, bytes, length, why);
}

/* Unpacks an attachment as far as it can be a report and the mail's bound allows. The caller frees
 * *unpacked. Returns 0, or -1 with why. */
static int unpack_attachment(struct reading *reading, struct reportpiece *piece,
                             unsigned char **unpacked, struct error *why)
{
    size_t left = REPORTFILE_MAIL_TEXTS_MAX - reading->unpacked;
    size_t limit = left < REPORTFILE_TEXT_MAX ? left : REPORTFILE_TEXT_MAX;
    int result = (gunzip_knows_zip(piece->bytes, piece->length) ? gunzip_zip : gunzip_bytes)(
        unpacked, &piece->length, piece->bytes, piece->length, limit, look_for_report, reading,
        why);
    piece->bytes = *unpacked;
    return result;
}

static int look_at_plain(struct reading *reading, const struct reportpiece *piece,
                         struct error *why)
{
    struct reportpiece text = *piece;
    reportpiece_skip_blanks(&text);
    return reportpiece_is_json(&text)
               ? reportscan_take(&reading->scan, piece->bytes, piece->length, why)
               : 0;
}

/* What a mail has attached. */
static bool read_attachment(void *context, const struct reportmail_part *part)
{
    struct reading *reading = context;
    struct reportpiece piece = {
        .bytes = part->bytes,
        .length = part->length,
        .name = part->name,
        .domain = part->domain,
        .submitter = part->submitter,
        .is_mail = true,
        .signer = part->signer,
        .usual = part->usual,
    };
    char where[REPORTPIECE_WHERE_MAX];
    unsigned char *unpacked = NULL;
    struct error why;
    reading->is_xml = false;
    reading->place.attachment++;
    reportscan_begin_next(&reading->scan);
    int result =
        gunzip_knows(piece.bytes, piece.length) || gunzip_knows_zip(piece.bytes, piece.length)
            ? unpack_attachment(reading, &piece, &unpacked, &why)
            : look_at_plain(reading, &piece, &why);
    reading->unpacked += piece.length;
    bool goes_on = reading->unpacked <= REPORTFILE_MAIL_TEXTS_MAX;
    if (!goes_on)
        reportpiece_broken(&reading->place,
                           "the attachments of the mail are more than 16 MiB, unpacked; this one "
                           "and those behind are left out");
    else if (result != 0 && reading->is_xml)
        reading->place.events->dmarc(reading->place.context,
                                     reportpiece_where(&reading->place, where));
    else if (result != 0)
        reportpiece_broken(&reading->place, why.text);
    else
        judge_attachment(reading, &piece);
    free(unpacked);
    return goes_on;
}

static void read_mail(struct reading *reading, const unsigned char *bytes, size_t length)
{
    char where[REPORTPIECE_WHERE_MAX];
    struct reportmail_counts counts;
    struct error why;
    reading->place.attachment = 0;
    reading->unpacked = 0;
    reading->scan = (struct reportscan){0};
    int result = reportmail_read(bytes, length, reading->place.events->auth, read_attachment,
                                 reading, &counts, &why);
    reading->place.attachment = 0;
    if (result != 0)
        reportpiece_broken(&reading->place, why.text);
    else if (counts.dmarc > 0 && counts.taken == 0)
        reading->place.events->dmarc(reading->place.context,
                                     reportpiece_where(&reading->place, where));
    else if (counts.taken == 0 && reading->empty++ == 0)
        reading->first_empty = reading->place.mail;
}

static void say_empty(struct reading *reading)
{
    char where[REPORTPIECE_WHERE_MAX];
    reading->place.mail = reading->first_empty;
    if (reading->empty > 0)
        reading->place.events->empty(reading->place.context,
                                     reportpiece_where(&reading->place, where), reading->empty);
}

/* ---- Mailboxes. */

static void take_mail(void *context, const unsigned char *bytes, size_t length)
{
    struct reading *reading = context;
    reading->place.mail++;
    if (length >= MAIL_MIN)
        read_mail(reading, bytes, length);
    else if (reading->empty++ == 0)
        reading->first_empty = reading->place.mail;
}

static struct mailbox mailbox_of(struct reading *reading)
{
    return (struct mailbox){.mail = take_mail, .context = reading, .limit = REPORTMAIL_MAX};
}

static void read_mailbox(struct reading *reading, const unsigned char *bytes, size_t length)
{
    struct mailbox mailbox = mailbox_of(reading);
    struct error why;
    for (size_t at = 0, part; at < length; at += part) {
        part = length - at < BYTESTREAM_PIECE ? length - at : BYTESTREAM_PIECE;
        if (mailbox_take(&mailbox, bytes + at, part, &why) != 0) {
            reportpiece_broken(&reading->place, why.text);
            break;
        }
    }
    mailbox_end(&mailbox);
}

static bool begins_mailbox(const unsigned char *bytes, size_t length)
{
    return length >= HEAD_OF_MAILBOX && memcmp(bytes, "From ", HEAD_OF_MAILBOX) == 0;
}

/* A mail begins with the name of a field, which a colon ends (RFC 5322 section 2.2). */
static bool is_mail(const struct reportpiece *piece)
{
    size_t i = 0;
    while (i < piece->length && i < 78 && piece->bytes[i] > ' ' && piece->bytes[i] < 0x7f &&
           piece->bytes[i] != ':')
        i++;
    return i > 0 && i < piece->length && piece->bytes[i] == ':';
}

/* ---- Files. */

/* A file may hold several reports: a list of them, or one behind the other. */
static void read_json(struct reading *reading, const struct reportpiece *piece)
{
    const char *text = (const char *)piece->bytes;
    const char *object;
    size_t left = piece->length, length, count = 0;
    while (jsonsplit_next(&text, &left, &object, &length)) {
        struct reportpiece part = *piece;
        part.bytes = (const unsigned char *)object;
        part.length = length;
        bool is_alone = count == 0 && left == 0;
        reading->place.report = is_alone ? 0 : count + 1;
        count++;
        reportpiece_hand_over(&reading->place, &part);
    }
    reading->place.report = 0;
}

/* "1234" in a line of its own, then a mail of so many bytes, then a list of properties. */
static void skip_emlx_line(struct reportpiece *piece)
{
    size_t at = 0, length = 0;
    for (; at < piece->length && at < EMLX_DIGITS && isdigit(piece->bytes[at]); at++)
        length = length * 10 + (size_t)(piece->bytes[at] - '0');
    while (at < piece->length && piece->bytes[at] == ' ')
        at++;
    if (at == 0 || at >= piece->length || piece->bytes[at] != '\n' ||
        length > piece->length - at - 1)
        return;
    piece->bytes += at + 1;
    piece->length = length;
}

static void read_plain(struct reading *reading, struct reportpiece *piece)
{
    reportpiece_skip_blanks(piece);
    skip_emlx_line(piece);
    if (reportpiece_is_json(piece))
        read_json(reading, piece);
    else if (begins_mailbox(piece->bytes, piece->length))
        read_mailbox(reading, piece->bytes, piece->length);
    else if (is_mail(piece))
        read_mail(reading, piece->bytes, piece->length);
    else
        reportpiece_strange(&reading->place, piece);
    say_empty(reading);
}

/* Packed once, or twice, as some mail servers do to what is packed already. */
static int unpack_file(struct reportpiece *piece, bool is_zip, unsigned char **unpacked,
                       struct error *why)
{
    unsigned char *again;
    int result =
        (is_zip ? gunzip_zip : gunzip_bytes)(unpacked, &piece->length, piece->bytes, piece->length,
                                             REPORTFILE_TEXT_MAX, NULL, NULL, why);
    piece->bytes = *unpacked;
    if (result != 0 || !gunzip_knows(piece->bytes, piece->length))
        return result;
    result = gunzip_bytes(&again, &piece->length, piece->bytes, piece->length, REPORTFILE_TEXT_MAX,
                          NULL, NULL, why);
    free(*unpacked);
    *unpacked = result == 0 ? again : NULL;
    piece->bytes = *unpacked;
    return result;
}

void reportfile_read(const char *path, const unsigned char *bytes, size_t length,
                     const struct reportfile_events *events, void *context)
{
    struct reading reading = {.place = {events, context, path, 0, 0, 0}};
    struct reportpiece piece = {.bytes = bytes, .length = length, .name = path, .usual = true};
    unsigned char *unpacked = NULL;
    struct error why = {0};
    bool is_zip = gunzip_knows_zip(bytes, length) && !reportmail_names_dmarc(path);
    if ((is_zip || gunzip_knows(bytes, length)) &&
        unpack_file(&piece, is_zip, &unpacked, &why) != 0) {
        reportpiece_broken(&reading.place, why.text);
        return;
    }
    read_plain(&reading, &piece);
    free(unpacked);
}

/* ---- Mailboxes of any size. */

static int take_piece(void *context, const unsigned char *bytes, size_t length, struct error *why)
{
    return mailbox_take(context, bytes, length, why);
}

/* flow: NULL where the mailbox is not packed. Returns 0, or -1 with why. */
static int read_pieces(struct mailbox *mailbox, struct gunzip_flow *flow, struct bytestream *stream,
                       struct error *why)
{
    const unsigned char *bytes;
    size_t length;
    for (;;) {
        if (bytestream_next(stream, &bytes, &length, why) != 0)
            return -1;
        if (length == 0)
            break;
        if ((flow != NULL ? gunzip_flow_take(flow, bytes, length, why)
                          : mailbox_take(mailbox, bytes, length, why)) != 0)
            return -1;
    }
    if (flow != NULL && !gunzip_flow_is_whole(flow))
        return error_set(why, "the packed data is cut off; it was not received whole");
    return 0;
}

static void stream_mailbox(struct reading *reading, struct bytestream *stream, bool is_packed)
{
    struct mailbox mailbox = mailbox_of(reading);
    struct error why;
    struct gunzip_flow *flow = is_packed ? gunzip_flow_new(take_piece, &mailbox) : NULL;
    bool is_ready = !is_packed || flow != NULL;
    if (!is_ready)
        error_set(&why, "out of memory");
    int result = is_ready ? read_pieces(&mailbox, flow, stream, &why) : -1;
    mailbox_end(&mailbox);
    reading->place.mail = 0;
    if (result != 0)
        reportpiece_broken(&reading->place, why.text);
    gunzip_flow_free(flow);
    say_empty(reading);
}

void reportfile_stream(struct bytestream *stream, const struct reportfile_events *events,
                       void *context)
{
    struct reading reading = {.place = {events, context, stream->path, 0, 0, 0}};
    const unsigned char *bytes;
    unsigned char head[HEAD_OF_MAILBOX];
    size_t length;
    struct error why;
    if (bytestream_peek(stream, &bytes, &length, &why) != 0) {
        reportpiece_broken(&reading.place, why.text);
        return;
    }
    bool is_packed = gunzip_knows(bytes, length) &&
                     begins_mailbox(head, gunzip_flow_head(head, sizeof(head), bytes, length));
    if (is_packed || begins_mailbox(bytes, length))
        stream_mailbox(&reading, stream, is_packed);
    else if (bytestream_all(stream, REPORTFILE_MAX, &bytes, &length, &why) == 0)
        reportfile_read(stream->path, bytes, length, events, context);
    else
        reportpiece_broken(&reading.place, why.text);
}
