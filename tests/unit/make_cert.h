/* SPDX-License-Identifier: ISC */
/* make_cert: keys and certificates made while a test runs, right ones and wrong ones. Whatever
 * fails in here ends the test program. */
#ifndef MAKE_CERT_H
#define MAKE_CERT_H

#include <mbedtls/pk.h>
#include <stdbool.h>
#include <stddef.h>

enum make_cert_kind {
    MAKE_CERT_P256,
    MAKE_CERT_P384,
    MAKE_CERT_P521,
    MAKE_CERT_SECP256K1,
    MAKE_CERT_RSA_1024,
    MAKE_CERT_RSA_2048,
    MAKE_CERT_RSA_4104, /* one key for all numbers: it takes seconds to make */
    MAKE_CERT_KINDS,    /* how many there are */
};

#define MAKE_CERT_KEYS  3 /* different keys of each kind */
#define MAKE_CERT_NAMES 128
#define MAKE_CERT_TEXT  70000 /* bytes that hold any PEM made here, with its NUL */

/* What the certificate shall be. {0} but for the key is a plain certificate for
 * mta-sts.example.com, signed with its own key, valid from 2020 to 2099. */
struct make_cert {
    mbedtls_pk_context *key;
    mbedtls_pk_context *issuer_key;     /* NULL: key */
    const char *subject;                /* NULL: "CN=mta-sts.example.com" */
    const char *issuer;                 /* NULL: "CN=Test CA" */
    const char *names[MAKE_CERT_NAMES]; /* DNS names; none: "mta-sts.example.com" */
    bool no_names;                      /* no subject alternative name at all */
    const char *not_before;             /* "YYYYMMDDhhmmss" */
    const char *not_after;
    bool ca;
    unsigned key_usage;        /* mbedTLS's bits; 0: no such extension */
    const char *purpose;       /* the last byte of an extended key usage 1.3.6.1.5.5.7.3.x */
    const char *tls_features;  /* DER of the extension of RFC 7633; two bytes or more */
    bool critical_tls_feature; /* as critical */
    const char *unknown;       /* the value of an extension nobody knows */
    const char *unknown_oid;   /* eight bytes; NULL: one that is nobody's */
    bool critical_unknown;
    size_t padding; /* bytes of one more extension that nobody knows */
};

/* The same key for the same arguments, made at its first use. */
mbedtls_pk_context *make_cert_key(enum make_cert_kind kind, unsigned which);

/* Each appends PEM to the text in a buffer of MAKE_CERT_TEXT bytes. */
void make_cert_append(char *text, const struct make_cert *wanted);
void make_cert_append_key(char *text, mbedtls_pk_context *key);

#endif
