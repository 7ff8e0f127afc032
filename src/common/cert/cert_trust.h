/* SPDX-License-Identifier: ISC */
/* cert_trust: whether any client can verify a chain, as far as the chain itself tells. */
#ifndef COMMON_CERT_CERT_TRUST_H
#define COMMON_CERT_CERT_TRUST_H

#include "common/cert/cert.h"

/* Refuses, each with its sentence, a certificate that is self-signed, and one that stands alone
 * though it says where its issuer's certificate is to be had (caIssuers, RFC 5280 section 4.2.2.1):
 * CAs that clients know issue from an intermediate certificate, and clients do not fetch it. A
 * private CA may issue from its root; its certificates name no such place. Returns 0, or -1 with
 * why. Pure. */
int cert_trust_judge(const struct cert *cert, struct error *why);

#endif
