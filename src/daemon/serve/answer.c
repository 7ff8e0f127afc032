/* SPDX-License-Identifier: ISC */
/* answer: decides the answer to a request from its method, target, fields and site. Pure: it
 * touches no socket, file or clock. */
#include "daemon/serve/answer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Short, and nothing in them reads as a policy: Stalwart parses the body of any status. */
static const struct {
    unsigned status;
    const char *body;
} status_bodies[] = {
    {400, "bad request\n"},       {404, "not found\n"},           {405, "method not allowed\n"},
    {413, "content too large\n"}, {421, "misdirected request\n"},
};

void answer_make_status(struct answer *out, unsigned status)
{
    *out = (struct answer){.status = status, .body = "", .length = 0};
    for (size_t i = 0; i < sizeof(status_bodies) / sizeof(status_bodies[0]); i++) {
        if (status_bodies[i].status == status) {
            out->body = status_bodies[i].body;
            out->length = strlen(out->body);
        }
    }
    if (status == 405)
        out->allow = "GET, HEAD";
}

/* Whether the bytes are a host in the sense of RFC 9110 section 7.2 though no name of ours: an
 * address, a single label, an underscore. Such a one is another host, not a malformed field. */
static bool names_some_host(const char *bytes, size_t length)
{
    bool in_brackets = length > 0 && bytes[0] == '[';
    size_t host = length;
    while (host > 0 && length - host < 5 && isdigit((unsigned char)bytes[host - 1]))
        host--;
    if (host > 0 && bytes[host - 1] == ':' && (!in_brackets || memchr(bytes, ']', host) != NULL))
        length = host - 1; /* less the port */
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool fits = in_brackets ? isxdigit(byte) || strchr("[]:.", byte) != NULL
                                : isalnum(byte) || byte == '-' || byte == '_' ||
                                      (byte == '.' && i > 0 && bytes[i - 1] != '.');
        if (byte == '\0' || !fits)
            return false;
    }
    return length > 0 && (!in_brackets || bytes[length - 1] == ']');
}

/* The host of a Host field or an authority. Returns whether it is well-formed. */
static bool read_host(struct hostname *out, bool *another, const char *bytes, size_t length)
{
    if (hostname_parse_authority(out, bytes, length, NULL) == 0)
        return true;
    *another = names_some_host(bytes, length);
    return *another;
}

/* RFC 9112 section 3.2.2: the scheme's case does not matter; the authority ends at '/', '?' or the
 * end. Returns the rest behind it, or NULL when the target is not in absolute-form. */
static const char *read_absolute_form(struct answer_request *request, const char *target)
{
    size_t scheme = strncasecmp(target, "https://", 8) == 0  ? 8
                    : strncasecmp(target, "http://", 7) == 0 ? 7
                                                             : 0;
    if (scheme == 0)
        return NULL;
    const char *authority = target + scheme;
    size_t length = strcspn(authority, "/?");
    request->authority_given = true;
    if (!read_host(&request->authority, &request->authority_is_another, authority, length))
        request->resource = ANSWER_RESOURCE_MALFORMED;
    return authority + length;
}

void answer_read_target(struct answer_request *request, const char *target)
{
    request->resource = ANSWER_RESOURCE_OTHER;
    const char *path = target;
    if (target[0] != '/') {
        path = read_absolute_form(request, target);
        if (path == NULL)
            return;
    }
    if (request->resource == ANSWER_RESOURCE_OTHER && strcmp(path, ANSWER_PATH) == 0)
        request->resource = ANSWER_RESOURCE_POLICY;
}

/* RFC 9110 section 5.5: no control bytes but the tab. */
static bool has_control_bytes(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return true;
    }
    return false;
}

/* RFC 9110 section 5.1: a field's name is a token. */
static bool is_token(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && (byte == '\0' || strchr("!#$%&'*+-.^_`|~", byte) == NULL))
            return false;
    }
    return length > 0;
}

static bool read_length(uint64_t *out, const char *value, size_t length)
{
    *out = 0;
    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9' || *out > UINT64_MAX / 10 - 1)
            return false;
        *out = *out * 10 + (uint64_t)(value[i] - '0');
    }
    return length > 0;
}

static bool name_is(const char *name, size_t length, const char *field)
{
    return length == strlen(field) && strncasecmp(name, field, length) == 0;
}

void answer_read_trailer(struct answer_request *request, const char *name, size_t name_length,
                         const char *value, size_t value_length)
{
    if (!is_token(name, name_length) || has_control_bytes(value, value_length))
        request->malformed = true;
}

void answer_read_field(struct answer_request *request, const char *name, size_t name_length,
                       const char *value, size_t value_length)
{
    answer_read_trailer(request, name, name_length, value, value_length);
    if (name_is(name, name_length, "Host")) {
        request->host_fields++;
        if (!read_host(&request->host, &request->host_is_another, value, value_length))
            request->malformed = true;
    } else if (name_is(name, name_length, "Content-Length")) {
        request->content_length_fields++;
        if (!read_length(&request->content_length, value, value_length))
            request->malformed = true;
    } else if (name_is(name, name_length, "Transfer-Encoding")) {
        request->transfer_encoding_fields++;
        if (!name_is(value, value_length, "chunked"))
            request->malformed = true;
    }
}

unsigned answer_early_status(const struct answer_request *request)
{
    bool framing_is_ambiguous =
        request->content_length_fields + request->transfer_encoding_fields > 1 ||
        (request->http_1_0 && request->transfer_encoding_fields > 0);
    bool host_is_missing = !request->http_1_0 && request->host_fields == 0;

    if (request->malformed || request->resource == ANSWER_RESOURCE_MALFORMED ||
        framing_is_ambiguous || host_is_missing || request->host_fields > 1)
        return 400;
    if (request->content_length > ANSWER_BODY_MAX)
        return 413;
    return 0;
}

/* An absolute-form target's authority takes the place of Host: RFC 9112 section 3.2.2. */
static bool is_misdirected(const struct answer_request *request,
                           const struct hostname *session_host)
{
    if (request->authority_given)
        return request->authority_is_another || !hostname_equal(&request->authority, session_host);
    if (request->host_fields == 0)
        return false;
    return request->host_is_another || !hostname_equal(&request->host, session_host);
}

void answer_make(struct answer *out, const struct answer_request *request, const char *method,
                 const struct hostname *session_host, const struct site *site)
{
    if (is_misdirected(request, session_host)) {
        answer_make_status(out, 421);
    } else if (request->resource != ANSWER_RESOURCE_POLICY) {
        answer_make_status(out, 404);
    } else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        answer_make_status(out, 405);
    } else {
        *out = (struct answer){
            .status = 200,
            .body = site->policy->bytes,
            .length = site->policy->length,
            .cache_control = "no-cache",
        };
    }
}
