/* SPDX-License-Identifier: ISC */
/* cert_trust: whether any client can verify a chain, as far as the chain itself shows. */
#include "common/cert/cert_trust.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 256

static bool is_same_name(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static bool is_self_signed(const mbedtls_x509_crt *own)
{
    return is_same_name(&own->subject_raw, &own->issuer_raw);
}

static bool names_place_of_issuer(const mbedtls_x509_crt *own)
{
    /* The object identifier 1.3.6.1.5.5.7.48.2, in DER. */
    static const unsigned char ca_issuers[] = {0x06, 0x08, 0x2b, 0x06, 0x01,
                                               0x05, 0x05, 0x07, 0x30, 0x02};
    const mbedtls_x509_buf *extensions = &own->v3_ext;
    return extensions->len > 0 &&
           memmem(extensions->p, extensions->len, ca_issuers, sizeof(ca_issuers)) != NULL;
}

static int refuse_lone(const mbedtls_x509_crt *own, struct error *why)
{
    char issuer[NAME_MAX_BYTES] = "";
    if (mbedtls_x509_dn_gets(issuer, sizeof(issuer), &own->issuer) < 0)
        snprintf(issuer, sizeof(issuer), "a name that is too long");
    return error_set(
        why,
        "the chain lacks the certificate of its issuer (%s), so senders cannot verify "
        "it; write the CA's full chain, as in fullchain.pem, not the certificate alone",
        issuer);
}

int cert_trust_judge(const struct cert *cert, struct error *why)
{
    const mbedtls_x509_crt *own = &cert->chain;
    if (own->next != NULL)
        return 0;
    if (is_self_signed(own))
        return error_set(why, "the certificate is self-signed, so no sender accepts it; get one "
                              "from a CA that senders trust");
    return names_place_of_issuer(own) ? refuse_lone(own, why) : 0;
}

/* Whether the root of the chain, which need not be in it, issued the certificate itself. */
static bool is_issued_by_root_of(const mbedtls_x509_crt *own, const mbedtls_x509_crt *chain)
{
    while (chain->next != NULL)
        chain = chain->next;
    return is_same_name(&own->issuer_raw, &chain->issuer_raw);
}

int cert_trust_judge_renewal(const struct cert *cert, const struct cert *old, struct error *why)
{
    const mbedtls_x509_crt *own = &cert->chain;
    if (own->next != NULL || cert_trust_judge(old, NULL) != 0)
        return 0;
    if (cert_trust_judge(cert, why) != 0)
        return -1;
    if (old->chain.next == NULL || is_issued_by_root_of(own, &old->chain))
        return 0;
    return refuse_lone(own, why);
}
