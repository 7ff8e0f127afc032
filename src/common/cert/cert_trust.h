/* SPDX-License-Identifier: ISC */
/* cert_trust: whether any client can verify a chain, as far as the chain itself shows. */
#ifndef COMMON_CERT_CERT_TRUST_H
#define COMMON_CERT_CERT_TRUST_H

#include "common/cert/cert.h"

/* Refuses, each with its sentence, a certificate that is self-signed, and one that stands alone
 * though it says where its issuer's certificate is (caIssuers, RFC 5280 section 4.2.2.1):
 * CAs that clients know issue from an intermediate certificate, and clients do not fetch it. A
 * private CA may issue from its root; its certificates name no such place. Returns 0, or -1 with
 * why. Pure. */
int cert_trust_judge(const struct cert *cert, struct error *why);

/* Refuses a certificate that lost its chain when it was renewed: one without any issuer's
 * certificate, in place of an old one that clients can verify, if cert_trust_judge refuses it or
 * the old one came with intermediates. A certificate that the old chain's root issued itself needs
 * none; a shorter chain that still has an intermediate is accepted, since CAs drop cross-signed
 * roots. Returns 0, or -1 with why. Pure. */
int cert_trust_judge_renewal(const struct cert *cert, const struct cert *old, struct error *why);

#endif
