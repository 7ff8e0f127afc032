/* SPDX-License-Identifier: ISC */
/* tls_parts: what the parts of tls know of each other. */
#ifndef DAEMON_TLS_PARTS_H
#define DAEMON_TLS_PARTS_H

#include <mbedtls/ssl.h>

#include "tls.h"
#include "wire.h"

struct tls_session {
    mbedtls_ssl_context ssl;
    struct wire wire;
    bool write_waits;            /* the last write is to be repeated with the same bytes */
    bool ended;                  /* close_notify was sent */
    const struct tls_view *view; /* during the handshake only */
    struct hostname host;        /* empty until a name is known */
    struct site_table *table;    /* held, from the choice of the host on */
    const struct site *site;
    struct certstore_pair *pairs[CERTSTORE_PAIRS_MAX]; /* held while the handshake uses them */
    size_t pair_count;
    struct challenge *challenge; /* held; NULL: this is no challenge */
    uint64_t challenge_asked;    /* see challenge_find */
    bool waits;                  /* for files; the ClientHello is to be read again */
    const char *refusal;         /* our own reason, or NULL */
    int code;                    /* mbedTLS's last error */
};

/* mbedTLS's callbacks, in whose context the user data is a struct tls_session. */
int tls_choose_host(void *unused, mbedtls_ssl_context *ssl, const unsigned char *name,
                    size_t length);
int tls_choose_certificate(mbedtls_ssl_context *ssl);

#endif
