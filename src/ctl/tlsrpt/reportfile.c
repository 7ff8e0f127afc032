/* SPDX-License-Identifier: ISC */
/* reportfile: the TLS reports in the bytes of a file: JSON, gzip, a mail, or a mailbox of mails. */
#include "ctl/tlsrpt/reportfile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/error.h"
#include "common/name/hostname.h"
#include "ctl/tlsrpt/gunzip.h"
#include "ctl/tlsrpt/reportmail.h"
#include "ctl/tlsrpt/reportscan.h"

#define HEAD_MAX  2000 /* bytes in which XML names what it is */
#define WHERE_MAX 4300 /* a path of full length and what stands behind it */

struct reading {
    const struct reportfile_events *events;
    void *context;
    const char *path;
    size_t mail;            /* of a mailbox, from 1; 0: there is one at most */
    size_t attachment;      /* of the mail, from 1 */
    size_t unpacked;        /* bytes of the mail's attachments */
    struct reportscan scan; /* of all of them */
    bool is_xml;            /* the attachment at hand is a DMARC report */
    size_t empty;           /* mails without a report */
    size_t first_empty;
};

struct piece {
    const unsigned char *bytes;
    size_t length;
    const char *name; /* of a file */
    const char *domain, *submitter;
    bool is_mail;
    const char *signer;
    bool usual;
};

static const char *where_of(const struct reading *reading, char out[WHERE_MAX])
{
    char mail[40] = "";
    char attachment[40] = "";
    if (reading->mail > 0)
        snprintf(mail, sizeof(mail), ", mail %zu", reading->mail);
    if (reading->attachment > 1)
        snprintf(attachment, sizeof(attachment), ", attachment %zu", reading->attachment);
    snprintf(out, WHERE_MAX, "%s%s%s", reading->path, mail, attachment);
    return out;
}

static void say_broken(const struct reading *reading, const char *reason)
{
    char where[WHERE_MAX];
    reading->events->broken(reading->context, where_of(reading, where), reason);
}

/* "org.example!example.com!1747353600!1747439999!id.json.gz" is of org.example (part 0), for
 * example.com (part 1). */
static const char *host_in(const char *name, unsigned part, char out[HOSTNAME_MAX + 1])
{
    const char *base = name != NULL ? strrchr(name, '/') : NULL;
    const char *start = base != NULL ? base + 1 : name;
    for (unsigned i = 0; i < part && start != NULL; i++) {
        start = strchr(start, '!');
        start = start != NULL ? start + 1 : NULL;
    }
    const char *end = start != NULL ? strchr(start, '!') : NULL;
    struct hostname host;
    if (end == NULL || hostname_parse(&host, start, (size_t)(end - start), NULL) != 0)
        return NULL;
    memcpy(out, host.text, sizeof(host.text));
    return out;
}

static void skip_mark_and_blanks(struct piece *piece)
{
    if (piece->length >= 3 && memcmp(piece->bytes, "\xef\xbb\xbf", 3) == 0) {
        piece->bytes += 3;
        piece->length -= 3;
    }
    while (piece->length > 0 && piece->bytes[0] < 0x80 && isspace(piece->bytes[0])) {
        piece->bytes++;
        piece->length--;
    }
}

static bool is_json(const struct piece *piece)
{
    return piece->length > 0 && (piece->bytes[0] == '{' || piece->bytes[0] == '[');
}

static void hand_over(const struct reading *reading, const struct piece *piece)
{
    char where[WHERE_MAX];
    char domain[HOSTNAME_MAX + 1], submitter[HOSTNAME_MAX + 1];
    const char *hint = piece->domain != NULL ? piece->domain : host_in(piece->name, 1, domain);
    const char *sender =
        piece->submitter != NULL ? piece->submitter : host_in(piece->name, 0, submitter);
    if (piece->length > REPORTFILE_TEXT_MAX) {
        say_broken(reading, "JSON of more than 8 MiB, which no report needs");
        return;
    }
    reading->events->text(reading->context,
                          &(struct reportfile_text){.where = where_of(reading, where),
                                                    .json = (const char *)piece->bytes,
                                                    .length = piece->length,
                                                    .domain = hint,
                                                    .submitter = sender,
                                                    .is_mail = piece->is_mail,
                                                    .signer = piece->signer,
                                                    .usual = piece->usual});
}

static const char *strange(const struct piece *piece)
{
    if (piece->length == 0)
        return "empty";
    if (gunzip_knows_zip(piece->bytes, piece->length))
        return "a zip archive in another one";
    if (piece->length >= 2 &&
        (memcmp(piece->bytes, "\xff\xfe", 2) == 0 || memcmp(piece->bytes, "\xfe\xff", 2) == 0))
        return "UTF-16 text; JSON is written in UTF-8";
    return "neither JSON, nor gzip, nor a mail";
}

static bool is_dmarc(const struct piece *piece)
{
    if (reportmail_names_dmarc(piece->name))
        return true;
    size_t length = piece->length < HEAD_MAX ? piece->length : HEAD_MAX;
    return length > 0 && piece->bytes[0] == '<' &&
           memmem(piece->bytes, length, "<feedback", strlen("<feedback")) != NULL;
}

static void say_strange(const struct reading *reading, const struct piece *piece)
{
    char where[WHERE_MAX];
    if (is_dmarc(piece))
        reading->events->dmarc(reading->context, where_of(reading, where));
    else
        say_broken(reading, strange(piece));
}

static void judge_attachment(struct reading *reading, struct piece *piece)
{
    skip_mark_and_blanks(piece);
    if (is_json(piece))
        hand_over(reading, piece);
    else
        say_strange(reading, piece);
}

/* XML in what is packed ends the look at its first byte: it is no TLS report. */
static int look_for_report(void *context, const unsigned char *bytes, size_t length,
                           struct error *why)
{
    struct reading *reading = context;
    struct piece piece = {.bytes = bytes, .length = length};
    if (!reading->scan.begun)
        reading->is_xml = is_dmarc(&piece);
    return reportscan_take(&reading->scan, bytes, length, why);
}

/* Unpacks an attachment as far as it can be a report and the mail's bound allows. The caller frees
 * *unpacked. Returns 0, or -1 with why. */
static int unpack_attachment(struct reading *reading, struct piece *piece, unsigned char **unpacked,
                             struct error *why)
{
    size_t left = REPORTFILE_MAIL_TEXTS_MAX - reading->unpacked;
    size_t limit = left < REPORTFILE_TEXT_MAX ? left : REPORTFILE_TEXT_MAX;
    int result = (gunzip_knows_zip(piece->bytes, piece->length) ? gunzip_zip : gunzip_bytes)(
        unpacked, &piece->length, piece->bytes, piece->length, limit, look_for_report, reading,
        why);
    piece->bytes = *unpacked;
    return result;
}

static int look_at_plain(struct reading *reading, const struct piece *piece, struct error *why)
{
    struct piece text = *piece;
    skip_mark_and_blanks(&text);
    return is_json(&text) ? reportscan_take(&reading->scan, piece->bytes, piece->length, why) : 0;
}

/* What a mail has attached. */
static bool read_attachment(void *context, const struct reportmail_part *part)
{
    struct reading *reading = context;
    struct piece piece = {
        .bytes = part->bytes,
        .length = part->length,
        .name = part->name,
        .domain = part->domain,
        .submitter = part->submitter,
        .is_mail = true,
        .signer = part->signer,
        .usual = part->usual,
    };
    char where[WHERE_MAX];
    unsigned char *unpacked = NULL;
    struct error why;
    reading->is_xml = false;
    reading->attachment++;
    reportscan_begin_next(&reading->scan);
    int result =
        gunzip_knows(piece.bytes, piece.length) || gunzip_knows_zip(piece.bytes, piece.length)
            ? unpack_attachment(reading, &piece, &unpacked, &why)
            : look_at_plain(reading, &piece, &why);
    reading->unpacked += piece.length;
    bool goes_on = reading->unpacked <= REPORTFILE_MAIL_TEXTS_MAX;
    if (!goes_on)
        say_broken(reading, "the attachments of the mail are more than 16 MiB, unpacked; this one "
                            "and those behind are left out");
    else if (result != 0 && reading->is_xml)
        reading->events->dmarc(reading->context, where_of(reading, where));
    else if (result != 0)
        say_broken(reading, why.text);
    else
        judge_attachment(reading, &piece);
    free(unpacked);
    return goes_on;
}

static void read_mail(struct reading *reading, const unsigned char *bytes, size_t length)
{
    char where[WHERE_MAX];
    struct reportmail_counts counts;
    struct error why;
    reading->attachment = 0;
    reading->unpacked = 0;
    reading->scan = (struct reportscan){0};
    int result = reportmail_read(bytes, length, reading->events->auth, read_attachment, reading,
                                 &counts, &why);
    reading->attachment = 0;
    if (result != 0)
        say_broken(reading, why.text);
    else if (counts.dmarc > 0 && counts.taken == 0)
        reading->events->dmarc(reading->context, where_of(reading, where));
    else if (counts.taken == 0 && reading->empty++ == 0)
        reading->first_empty = reading->mail;
}

static void say_empty(struct reading *reading)
{
    char where[WHERE_MAX];
    reading->mail = reading->first_empty;
    if (reading->empty > 0)
        reading->events->empty(reading->context, where_of(reading, where), reading->empty);
}

/* Where the next mail of a mailbox begins: at "From " behind an empty line (RFC 4155). The first
   line, which is one of those itself, is not looked at. Line by line, each byte is read once: a
   search for the words would have the sanitizers check all that is left, for each mail. */
static const unsigned char *next_mail(const unsigned char *at, const unsigned char *end)
{
    bool behind_empty = false;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (behind_empty && end - at >= 5 && memcmp(at, "From ", 5) == 0)
            return at;
        behind_empty = at < end && (*at == '\n' || (*at == '\r' && end - at >= 2 && at[1] == '\n'));
    }
    return end;
}

static void read_mailbox(struct reading *reading, const unsigned char *bytes, size_t length)
{
    const unsigned char *end = bytes + length;
    while (bytes < end) {
        const unsigned char *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
        const unsigned char *start = line_end != NULL ? line_end + 1 : end;
        const unsigned char *next = next_mail(bytes, end);
        if (++reading->mail > REPORTFILE_MAILS_MAX) {
            say_broken(reading, "the mailbox has too many mails; split it");
            return;
        }
        read_mail(reading, start, (size_t)(next - start));
        bytes = next;
    }
}

/* A mail begins with the name of a field, which a colon ends (RFC 5322 section 2.2). */
static bool is_mail(const struct piece *piece)
{
    size_t i = 0;
    while (i < piece->length && i < 78 && piece->bytes[i] > ' ' && piece->bytes[i] < 0x7f &&
           piece->bytes[i] != ':')
        i++;
    return i > 0 && i < piece->length && piece->bytes[i] == ':';
}

static void read_plain(struct reading *reading, struct piece *piece)
{
    skip_mark_and_blanks(piece);
    if (is_json(piece))
        hand_over(reading, piece);
    else if (piece->length >= 5 && memcmp(piece->bytes, "From ", 5) == 0)
        read_mailbox(reading, piece->bytes, piece->length);
    else if (is_mail(piece))
        read_mail(reading, piece->bytes, piece->length);
    else
        say_strange(reading, piece);
    say_empty(reading);
}

void reportfile_read(const char *path, const unsigned char *bytes, size_t length,
                     const struct reportfile_events *events, void *context)
{
    struct reading reading = {.events = events, .context = context, .path = path};
    struct piece piece = {.bytes = bytes, .length = length, .name = path, .usual = true};
    unsigned char *unpacked = NULL;
    struct error why = {0};
    bool is_zip = gunzip_knows_zip(bytes, length) && !reportmail_names_dmarc(path);
    if (is_zip || gunzip_knows(bytes, length)) {
        if ((is_zip ? gunzip_zip : gunzip_bytes)(&unpacked, &piece.length, bytes, length,
                                                 REPORTFILE_TEXT_MAX, NULL, NULL, &why) != 0) {
            say_broken(&reading, why.text);
            return;
        }
        piece.bytes = unpacked;
    }
    read_plain(&reading, &piece);
    free(unpacked);
}
