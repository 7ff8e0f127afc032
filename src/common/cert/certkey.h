/* SPDX-License-Identifier: ISC */
/* certkey: keys and random numbers, where mbedTLS 3.6 and mbedTLS 4 have different calls. */
#ifndef COMMON_CERT_CERTKEY_H
#define COMMON_CERT_CERTKEY_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdbool.h>
#include <stddef.h>

/* Parses a private key, in PEM (length counts its NUL) or in DER. cert_init must have succeeded.
 * Returns 0, or mbedTLS's code. */
int certkey_parse(mbedtls_pk_context *out, const unsigned char *bytes, size_t length);

/* Makes a key for ECDSA on P-256. Returns 0, or -1 where memory or random numbers are out. */
int certkey_make_p256(mbedtls_pk_context *out);

/* Whether the public key is that of the private one: 0, or mbedTLS's code. */
int certkey_compare(const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key);

/* PSA's type of a key for verifying (PSA_KEY_TYPE_NONE where it has none), and its size in bits. */
psa_key_type_t certkey_type(const mbedtls_pk_context *key, size_t *bits);

/* Whether it is an RSA key, public or private. */
bool certkey_is_rsa(const mbedtls_pk_context *key);

/* Signs the certificate, and writes it in DER at the end of out. Returns its length, or mbedTLS's
 * code, which is negative. */
int certkey_sign_cert(mbedtls_x509write_cert *cert, unsigned char *out, size_t size);

/* Gives it PSA's random numbers; mbedTLS 4 knows no others. */
void certkey_give_random(mbedtls_ssl_config *conf);

/* Whether this code of mbedTLS says that memory is out, or random numbers for lack of it. */
bool certkey_lacked_memory(int code);

#endif
