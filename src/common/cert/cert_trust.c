/* SPDX-License-Identifier: ISC */
/* cert_trust: whether any client can verify a chain, as far as the chain itself tells. */
#include "common/cert/cert_trust.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 256

static bool is_self_signed(const mbedtls_x509_crt *own)
{
    return own->subject_raw.len == own->issuer_raw.len &&
           memcmp(own->subject_raw.p, own->issuer_raw.p, own->subject_raw.len) == 0;
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

int cert_trust_judge(const struct cert *cert, struct error *why)
{
    char issuer[NAME_MAX_BYTES] = "";
    const mbedtls_x509_crt *own = &cert->chain;
    if (own->next != NULL)
        return 0;
    if (is_self_signed(own))
        return error_set(why, "the certificate is self-signed, so no sender accepts it; get one "
                              "from a CA that senders trust");
    if (!names_place_of_issuer(own))
        return 0;
    if (mbedtls_x509_dn_gets(issuer, sizeof(issuer), &own->issuer) < 0)
        snprintf(issuer, sizeof(issuer), "a name that is too long");
    return error_set(
        why,
        "the chain lacks the certificate of its issuer (%s), so senders cannot verify "
        "it; write the CA's full chain, as in fullchain.pem, not the certificate alone",
        issuer);
}
