/* SPDX-License-Identifier: ISC */
/* txtrecord_rua: checks the addresses of a TLSRPT record. Private to txtrecord. */
#include "ctl/net/txtrecord_rua.h"

#include <string.h>
#include <strings.h>

#include "common/base/span.h"
#include "common/name/hostname.h"
#include "common/name/lookalike.h"

enum { URIS_ASKED = 2 }; /* of more, some senders and checkers take the first two */

#define MAILTO "mailto:"
#define HTTPS  "https://"

static bool begins_in_any_case(struct span text, const char *prefix)
{
    size_t length = strlen(prefix);
    return text.length >= length && strncasecmp(text.bytes, prefix, length) == 0;
}

/* What a URI may have (RFC 3986), less what RFC 8460 section 3 has encoded. */
static bool is_uri_byte(char byte)
{
    static const char others[] = "-._~:/?#[]@$&'()*+=%";
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr(others, byte) != NULL);
}

static bool has_foreign_byte(struct span uri)
{
    for (size_t i = 0; i < uri.length; i++) {
        if (!is_uri_byte(uri.bytes[i]))
            return true;
    }
    return false;
}

/* The text up to the first of the bytes. */
static struct span until(struct span text, const char *bytes)
{
    size_t length = 0;
    while (length < text.length && strchr(bytes, text.bytes[length]) == NULL)
        length++;
    return (struct span){text.bytes, length};
}

static bool is_address(struct span uri)
{
    struct hostname host;
    const size_t skipped = strlen(MAILTO);
    struct span address = {uri.bytes + skipped, uri.length - skipped};
    address = until(address, "?");
    struct span local = until(address, "@");
    return local.length > 0 && local.length < address.length &&
           hostname_parse(&host, address.bytes + local.length + 1,
                          address.length - local.length - 1, NULL) == 0;
}

static bool is_place(struct span uri)
{
    struct hostname host;
    const size_t skipped = strlen(HTTPS);
    struct span authority = {uri.bytes + skipped, uri.length - skipped};
    authority = until(authority, "/?#");
    return hostname_parse_authority(&host, authority.bytes, authority.length, NULL) == 0;
}

/* NULL if it is fine; else what to write in place of it, and *what is wrong with it. */
static const char *mend(struct span uri, const char **what)
{
    char plain[512];
    *what = "is not a URI that accepts reports";
    if (begins_in_any_case(uri, "http://")) {
        *what = "is not encrypted";
        return "write https://";
    }
    if (!begins_in_any_case(uri, MAILTO) && !begins_in_any_case(uri, HTTPS)) {
        if (memchr(uri.bytes, '@', uri.length) == NULL)
            return "write mailto: and an address, or an https:// URI; a comma in one as %2C";
        *what = "is an address, not a URI";
        return "write mailto: before it, and a comma in an address as %2C";
    }
    if (memchr(uri.bytes, '!', uri.length) != NULL) {
        *what = "has a `!`";
        return "write %21, and no size behind an address, which TLSRPT does not have";
    }
    if (lookalike_mend(plain, sizeof(plain), uri.bytes, uri.length)) {
        *what = "has a dash or quotes that are not ASCII's";
        return "write ASCII's hyphen, and no quotes";
    }
    if (has_foreign_byte(uri)) {
        *what = "has a byte that is not allowed in a URI";
        return "write it percent-encoded";
    }
    if (begins_in_any_case(uri, MAILTO))
        return is_address(uri) ? NULL : "write mailto:, a mailbox, @ and the name of a domain";
    return is_place(uri) ? NULL : "write https:// and the name of a host";
}

void txtrecord_rua(struct txtrecord_judge *judge, struct txtrecord_tlsrpt *out, struct span value)
{
    struct span rest = value, uri;
    char shown[TXTRECORD_SHOWN];
    size_t count = 0;
    if (value.length == 0) {
        txtrecord_say(judge, "T2", SEVERITY_ERROR, "write rua=mailto:ADDRESS", "rua is empty");
        return;
    }
    while (span_next(&uri, &rest, ',')) {
        const char *what;
        const char *advice = "write one URI between two commas";
        count++;
        if (uri.length == 0)
            what = "is empty";
        else
            advice = mend(uri, &what);
        if (advice != NULL)
            txtrecord_say(judge, "T2", SEVERITY_ERROR, advice, "in rua, \"%s\" %s",
                          txtrecord_show(shown, uri), what);
        else if (out->uri_count < TXTRECORD_URIS_MAX)
            out->uris[out->uri_count++] = uri;
    }
    if (count > URIS_ASKED)
        txtrecord_say(judge, "T2", SEVERITY_WARNING, "write one or two",
                      "rua has %zu URIs, of which some senders take the first two only", count);
}
