/* SPDX-License-Identifier: ISC */
/* cert_names: which hosts a certificate is for. */
#include <string.h>
#include <strings.h>

#include "common/cert/cert.h"

/* RFC 6125 section 6.4: letters in any case; "*" only as the whole left-most label. */
static bool name_covers(const mbedtls_x509_buf *name, const char *host, size_t length)
{
    const char *text = (const char *)name->p;
    size_t text_length = name->len;
    if (text_length > 2 && text[0] == '*' && text[1] == '.') {
        for (; length > 0 && *host != '.'; host++)
            length--;
        text++;
        text_length--;
    }
    return length == text_length && strncasecmp(text, host, length) == 0;
}

static bool is_dns_name(const mbedtls_x509_buf *name)
{
    return name->p != NULL &&
           (name->tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_DNS_NAME;
}

static bool covers(const struct cert *cert, const char *host, size_t length)
{
    const mbedtls_x509_sequence *name = &cert->chain.subject_alt_names;
    for (; name != NULL; name = name->next)
        if (is_dns_name(&name->buf) && name_covers(&name->buf, host, length))
            return true;
    return false;
}

bool cert_covers(const struct cert *cert, const struct hostname *host)
{
    return covers(cert, host->text, host->length);
}

bool cert_covers_all_of(const struct cert *cert, const struct cert *other)
{
    const mbedtls_x509_sequence *name = &other->chain.subject_alt_names;
    for (; name != NULL; name = name->next)
        if (is_dns_name(&name->buf) && !covers(cert, (const char *)name->buf.p, name->buf.len))
            return false;
    return true;
}
