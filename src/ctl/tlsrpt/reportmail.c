/* SPDX-License-Identifier: ISC */
/* reportmail: what is attached to a mail and may be a TLS report (RFC 8460 section 5.3). */
#include "ctl/tlsrpt/reportmail.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

#include "ctl/tlsrpt/comment.h"

#define ENCODING_NAME_MAX 32 /* bytes; the longest is "quoted-printable" */

struct reading {
    reportmail_take *take;
    void *context;
    const char *domain, *submitter;
    struct hostname signer; /* of the mail; none of what is in mails attached to it */
    size_t taken, dmarc;
    bool is_report; /* the mail says that it is one */
    bool stopped;   /* take wants no more */
    bool has_more;  /* than may be taken */
};

enum likeness {
    LIKENESS_NONE,
    LIKENESS_DMARC,   /* "receiver.example!example.com!1747353600!1747439999.xml.gz" */
    LIKENESS_CONTENT, /* its content decides: only in a mail that says to be a TLS report */
    LIKENESS_PERHAPS, /* some senders give it a general type */
    LIKENESS_USUAL,   /* RFC 8460 section 6.4 and 6.5 */
};

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name);
    size_t end_length = strlen(end);
    return length >= end_length && strcasecmp(name + length - end_length, end) == 0;
}

static bool names_report(const char *name)
{
    return name != NULL && (ends_with(name, ".json") || ends_with(name, ".gz") ||
                            ends_with(name, ".gzip") || ends_with(name, ".zip"));
}

/* RFC 7489 section 7.2.1.1. */
bool reportmail_names_dmarc(const char *name)
{
    size_t marks = 0;
    if (name == NULL)
        return false;
    for (const char *at = name; *at != '\0'; at++)
        marks += *at == '!';
    return ends_with(name, ".xml") || ends_with(name, ".xml.gz") || ends_with(name, ".xml.zip") ||
           (marks >= 3 && ends_with(name, ".zip") && !ends_with(name, ".json.zip"));
}

static enum likeness judge(GMimeObject *object, const char *name, bool is_report)
{
    static const char *const perhaps[] = {
        "gzip", "x-gzip",           "json",      "gzip-compressed", "x-gzip-compressed",
        "zip",  "x-zip-compressed", "tlsrpt+zip"};
    GMimeContentType *type = g_mime_object_get_content_type(object);
    if (g_mime_content_type_is_type(type, "application", "tlsrpt+gzip") ||
        g_mime_content_type_is_type(type, "application", "tlsrpt+json"))
        return LIKENESS_USUAL;
    for (size_t i = 0; i < sizeof(perhaps) / sizeof(perhaps[0]) && !reportmail_names_dmarc(name);
         i++) {
        if (g_mime_content_type_is_type(type, "application", perhaps[i]))
            return LIKENESS_PERHAPS;
    }
    if (reportmail_names_dmarc(name))
        return LIKENESS_DMARC;
    if (names_report(name))
        return LIKENESS_PERHAPS;
    return is_report && (g_mime_content_type_is_type(type, "application", "octet-stream") ||
                         g_mime_content_type_is_type(type, "text", "plain"))
               ? LIKENESS_CONTENT
               : LIKENESS_NONE;
}

/* Whether the bytes begin as JSON or gzip does. */
static bool begins_as_report(const GByteArray *bytes)
{
    guint at = 0;
    while (at < bytes->len && memchr(" \t\r\n", bytes->data[at], 4) != NULL)
        at++;
    return at < bytes->len &&
           (bytes->data[at] == '{' ||
            (bytes->len - at >= 2 && bytes->data[at] == 0x1f && bytes->data[at + 1] == 0x8b));
}

/* RFC 2045 section 3 and RFC 5322 allow comments around the encoding's name, with which the library
 * decodes nothing. */
static void find_encoding(GMimePart *part, GMimeDataWrapper *content)
{
    GMimeHeaderList *fields = g_mime_object_get_header_list(GMIME_OBJECT(part));
    GMimeHeader *field = g_mime_header_list_get_header(fields, "Content-Transfer-Encoding");
    const char *value = field != NULL ? g_mime_header_get_raw_value(field) : NULL;
    const char *name = value != NULL ? comment_skip_all(value) : NULL;
    char copy[ENCODING_NAME_MAX];
    size_t length = name != NULL ? strcspn(name, " \t\r\n(;") : 0;
    if (length == 0 || length >= sizeof(copy))
        return;
    memcpy(copy, name, length);
    copy[length] = '\0';
    GMimeContentEncoding encoding = g_mime_content_encoding_from_string(copy);
    if (encoding != GMIME_CONTENT_ENCODING_DEFAULT)
        g_mime_data_wrapper_set_encoding(content, encoding);
}

/* Decoding base64 or quoted-printable makes nothing longer. */
static int decode(GMimePart *part, GByteArray **out)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    *out = NULL;
    if (content == NULL)
        return -1;
    find_encoding(part, content);
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    int result = g_mime_data_wrapper_write_to_stream(content, stream) < 0 ? -1 : 0;
    *out = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_object_unref(stream);
    return result;
}

static void take_part(struct reading *reading, GMimeObject *object)
{
    if (GMIME_IS_MESSAGE_PART(object)) /* anybody's, though who passes it on has signed */
        reading->signer = (struct hostname){0};
    if (!GMIME_IS_PART(object))
        return;
    const char *name = g_mime_part_get_filename(GMIME_PART(object));
    enum likeness likeness = judge(object, name, reading->is_report);
    reading->dmarc += likeness == LIKENESS_DMARC;
    if (likeness == LIKENESS_NONE || likeness == LIKENESS_DMARC)
        return;
    reading->has_more = reading->taken == REPORTMAIL_TAKEN_MAX;
    if (reading->has_more)
        return;
    GByteArray *bytes;
    if (decode(GMIME_PART(object), &bytes) == 0 &&
        (likeness != LIKENESS_CONTENT || begins_as_report(bytes))) {
        struct reportmail_part part = {.name = name,
                                       .domain = reading->domain,
                                       .submitter = reading->submitter,
                                       .signer =
                                           reading->signer.length > 0 ? reading->signer.text : NULL,
                                       .usual = likeness == LIKENESS_USUAL,
                                       .bytes = bytes->data,
                                       .length = bytes->len};
        reading->taken++;
        reading->stopped = !reading->take(reading->context, &part);
    }
    if (bytes != NULL)
        g_byte_array_free(bytes, TRUE);
}

/* The library's objects are large, and a mail of a few bytes a part is cheap to write. */
static int check_size(const unsigned char *bytes, size_t length, struct error *why)
{
    size_t lines = 0, parts = 0, marks = 0;
    if (length > REPORTMAIL_MAX)
        return error_set(why, "a mail of more than %d MiB, which no report needs",
                         REPORTMAIL_MAX / 1048576);
    for (const unsigned char *at = bytes, *end = bytes + length; at < end; lines++) {
        parts += end - at >= 2 && at[0] == '-' && at[1] == '-';
        const unsigned char *line_end = memchr(at, '\n', (size_t)(end - at));
        at = line_end != NULL ? line_end + 1 : end;
    }
    for (size_t i = 0; i < length; i++)
        marks += bytes[i] == ';';
    if (lines > REPORTMAIL_LINES_MAX || parts > REPORTMAIL_PARTS_MAX ||
        marks > REPORTMAIL_MARKS_MAX)
        return error_set(
            why, "a mail of %zu lines, about %zu parts and %zu parameters, which no report needs",
            lines, parts, marks);
    return 0;
}

/* ---- Who signed. */

/* The domain of the one address in From, or NULL; lives with the message. */
static const char *sender_domain(GMimeMessage *message)
{
    InternetAddressList *from = g_mime_message_get_from(message);
    InternetAddress *address = from != NULL && internet_address_list_length(from) == 1
                                   ? internet_address_list_get_address(from, 0)
                                   : NULL;
    if (address == NULL || !INTERNET_ADDRESS_IS_MAILBOX(address))
        return NULL;
    const char *text = internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(address));
    const char *at = text != NULL ? strrchr(text, '@') : NULL;
    return at != NULL ? at + 1 : NULL;
}

/* By the topmost field of a host that is believed: those below may be the sender's own. */
static void find_signer(struct reading *reading, GMimeMessage *message, const struct dkimauth *auth)
{
    GMimeHeaderList *fields = g_mime_object_get_header_list(GMIME_OBJECT(message));
    const char *sender = sender_domain(message);
    int count = g_mime_header_list_get_count(fields);
    for (int i = 0; sender != NULL && auth->count > 0 && i < count; i++) {
        GMimeHeader *field = g_mime_header_list_get_header_at(fields, i);
        const char *value = g_mime_header_get_raw_value(field);
        if (value == NULL ||
            strcasecmp(g_mime_header_get_name(field), "Authentication-Results") != 0 ||
            !dkimauth_is_ours(auth, value))
            continue;
        dkimauth_find_signer(&reading->signer, value, sender);
        return;
    }
}

/* A bounce of a mail of ours, or of one that was passed on: what it has attached was not sent to
 * us. */
static bool is_bounce(GMimeMessage *message)
{
    GMimeObject *body = g_mime_message_get_mime_part(message);
    GMimeContentType *type = body != NULL ? g_mime_object_get_content_type(body) : NULL;
    const char *kind = type != NULL ? g_mime_content_type_get_parameter(type, "report-type") : NULL;
    return kind != NULL && strcasecmp(kind, "delivery-status") == 0;
}

/* By its fields (RFC 8460 sections 5.3 and 5.4). */
static bool says_report(GMimeMessage *message, const char *domain)
{
    static const char subject[] = "Report Domain:";
    const char *text = g_mime_message_get_subject(message);
    GMimeObject *body = g_mime_message_get_mime_part(message);
    GMimeContentType *type = body != NULL ? g_mime_object_get_content_type(body) : NULL;
    const char *kind = type != NULL ? g_mime_content_type_get_parameter(type, "report-type") : NULL;
    return domain != NULL || (kind != NULL && strcasecmp(kind, "tlsrpt") == 0) ||
           (text != NULL && strncasecmp(text, subject, strlen(subject)) == 0);
}

static void read_parts(struct reading *reading, GMimeMessage *message)
{
    GMimePartIter *iterator = g_mime_part_iter_new(GMIME_OBJECT(message));
    while (!reading->stopped && !reading->has_more && g_mime_part_iter_is_valid(iterator)) {
        take_part(reading, g_mime_part_iter_get_current(iterator));
        g_mime_part_iter_next(iterator);
    }
    g_mime_part_iter_free(iterator);
}

int reportmail_read(const unsigned char *bytes, size_t length, const struct dkimauth *auth,
                    reportmail_take *take, void *context, struct reportmail_counts *counts,
                    struct error *why)
{
    struct reading reading = {.take = take, .context = context};
    *counts = (struct reportmail_counts){0};
    if (check_size(bytes, length, why) != 0)
        return -1;
    g_mime_init(); /* counts its calls */
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)bytes, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (message != NULL) {
        reading.domain = g_mime_object_get_header(GMIME_OBJECT(message), "TLS-Report-Domain");
        reading.submitter = g_mime_object_get_header(GMIME_OBJECT(message), "TLS-Report-Submitter");
        reading.is_report = says_report(message, reading.domain);
        find_signer(&reading, message, auth);
        if (!is_bounce(message))
            read_parts(&reading, message);
        *counts = (struct reportmail_counts){reading.taken, reading.dmarc};
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    if (reading.has_more)
        return error_set(why,
                         "more than %d attachments that may be reports; those behind are left out",
                         REPORTMAIL_TAKEN_MAX);
    return message != NULL ? 0 : error_set(why, "not a mail that can be read");
}
