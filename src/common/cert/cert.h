/* SPDX-License-Identifier: ISC */
/* cert: a certificate chain and its private key, parsed from PEM and checked before use. */
#ifndef COMMON_CERT_CERT_H
#define COMMON_CERT_CERT_H

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/name/hostname.h"

#define CERT_FILE_MAX 65536 /* bytes of a chain or key file */
#define CERT_CHAIN_MAX                                                                             \
    15000 /* bytes of a chain in DER: it must fit one TLS record with its framing */

#define CERT_FINGERPRINT  32   /* bytes */
#define CERT_RSA_BITS_MAX 4096 /* a signature costs eight times as much with twice the bits */

struct cert {
    mbedtls_x509_crt chain; /* the host's own certificate first */
    mbedtls_pk_context key;
    int64_t not_before; /* seconds since the epoch, of the host's own certificate */
    int64_t not_after;  /* of the first to expire in the chain */
};

/* Once per process, before any other call here: starts PSA. Idempotent. */
int cert_init(struct error *why);

/* Parses the PEM bytes of both files (both may be the same) and refuses, each with its sentence:
 * what mbedTLS parses with any non-zero result, a key that does not fit the first certificate, a
 * chain over CERT_CHAIN_MAX or out of order, must-staple (RFC 7633), a key too weak (RSA under 2048
 * bits), too costly (RSA over 4096 bits) or of a kind that senders do not know. An expired
 * certificate is not refused here: see not_after. Returns 0, or -1 with why; *out is {0} then. The
 * sentences name neither file; the caller does. */
int cert_parse(struct cert *out, const struct file *chain, const struct file *key,
               struct error *why);
void cert_free(struct cert *cert);

/* Makes another of the same, which shares nothing with the first: a key is used by one thread at a
 * time. Judges nothing. Returns 0, or -1 when out of memory; *out is {0} then. */
int cert_copy(struct cert *out, const struct cert *cert);

/* Whether a DNS-ID of the host's own certificate covers the host (RFC 6125, a wildcard as the whole
 * left-most label only; the subject's CN does not count). */
bool cert_covers(const struct cert *cert, const struct hostname *host);

/* Whether it covers each host that the other does. */
bool cert_covers_all_of(const struct cert *cert, const struct cert *other);

/* SHA-256 of the host's own certificate: the same for no two certificates. */
void cert_fingerprint(const struct cert *cert, unsigned char out[CERT_FINGERPRINT]);

/* "ECDSA" or "RSA". */
const char *cert_key_kind(const struct cert *cert);

#endif
