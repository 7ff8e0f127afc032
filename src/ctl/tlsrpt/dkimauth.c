/* SPDX-License-Identifier: ISC */
/* dkimauth: whose DKIM signature of a mail passed, by Authentication-Results (RFC 8601); pure. */
#include "ctl/tlsrpt/dkimauth.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/span.h"
#include "ctl/tlsrpt/comment.h"

/* ---- A copy without comments and quotes, so that what is in them cannot be taken for results. */

/* Copies what is quoted, with '_' for what would mean something outside. Returns what follows, or
 * NULL where it does not end. */
static const char *copy_quoted(const char *at, char *out, size_t *used)
{
    for (at++; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        out[(*used)++] = strchr("; \t\r\n=()\"", *at) != NULL ? '_' : *at;
    }
    return *at == '"' ? at + 1 : NULL;
}

/* Returns false where the value is too long, or a quote or comment does not end. */
static bool simplify(char out[DKIMAUTH_FIELD_MAX], const char *value)
{
    size_t used = 0;
    if (strlen(value) >= DKIMAUTH_FIELD_MAX)
        return false;
    while (value != NULL && *value != '\0') {
        if (*value == '(') {
            value = comment_skip(value);
            out[used++] = ' ';
        } else if (*value == '"') {
            value = copy_quoted(value, out, &used);
        } else {
            out[used++] = isspace((unsigned char)*value) ? ' ' : *value;
            value++;
        }
    }
    out[used] = '\0';
    return value != NULL;
}

/* Removes the blanks around each '='. */
static void join_pairs(char *text)
{
    size_t used = 0;
    bool behind = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == ' ' && (behind || at[strspn(at, " ")] == '='))
            continue;
        behind = *at == '=';
        text[used++] = *at;
    }
    text[used] = '\0';
}

/* ---- Results. */

/* Takes the next word. */
static bool next_word(struct span *word, struct span *rest)
{
    *rest = span_trim(*rest);
    return rest->length > 0 && span_next(word, rest, ' ');
}

/* The domain in the value of header.d or header.i ("@example.com", "user@example.com"). */
static bool read_domain(struct hostname *out, struct span word)
{
    struct span value;
    if (!span_begins(word, "header.d=") && !span_begins(word, "header.i="))
        return false;
    value.bytes = word.bytes + strlen("header.d=");
    value.length = word.length - strlen("header.d=");
    for (size_t i = value.length; i > 0; i--) {
        if (value.bytes[i - 1] != '@')
            continue;
        value.bytes += i;
        value.length -= i;
        break;
    }
    return hostname_parse(out, value.bytes, value.length, NULL) == 0;
}

static bool is_below(const char *name, const char *domain)
{
    size_t length = strlen(name), domain_length = strlen(domain);
    return length > domain_length && name[length - domain_length - 1] == '.' &&
           strcasecmp(name + length - domain_length, domain) == 0;
}

static bool is_aligned(const char *signer, const char *sender)
{
    return strcasecmp(signer, sender) == 0 || is_below(signer, sender) || is_below(sender, signer);
}

/* One result: "dkim=pass reason=... header.d=example.com". */
static bool read_result(struct hostname *out, struct span result, const char *sender)
{
    struct span word;
    if (!next_word(&word, &result) ||
        (!span_equal_nocase(word, "dkim=pass") && !span_equal_nocase(word, "dkim/1=pass")))
        return false;
    while (next_word(&word, &result)) {
        if (read_domain(out, word) && is_aligned(out->text, sender))
            return true;
    }
    return false;
}

bool dkimauth_is_ours(const struct dkimauth *auth, const char *value)
{
    char text[DKIMAUTH_FIELD_MAX];
    struct span rest, part, word;
    if (!simplify(text, value))
        return false;
    rest = span_of(text);
    if (!span_next(&part, &rest, ';') || !next_word(&word, &part))
        return false;
    for (size_t i = 0; i < auth->count; i++) {
        if (span_equal_nocase(word, auth->hosts[i]))
            return true;
    }
    return false;
}

bool dkimauth_find_signer(struct hostname *out, const char *value, const char *sender)
{
    char text[DKIMAUTH_FIELD_MAX];
    struct span rest, part;
    *out = (struct hostname){0};
    if (!simplify(text, value))
        return false;
    join_pairs(text);
    rest = span_of(text);
    span_next(&part, &rest, ';'); /* the authserv-id */
    while (span_next(&part, &rest, ';')) {
        if (read_result(out, part, sender))
            return true;
    }
    *out = (struct hostname){0};
    return false;
}
