/* SPDX-License-Identifier: ISC */
/* tls_select: chooses the host and its certificates by SNI and ALPN, in mbedTLS's callbacks. */
#ifndef DAEMON_SERVE_TLS_SELECT_H
#define DAEMON_SERVE_TLS_SELECT_H

#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/name/hostname.h"
#include "daemon/base/lookup.h"
#include "daemon/hosts/certstore.h"
#include "daemon/hosts/challenge.h"
#include "daemon/hosts/site.h"
#include "daemon/serve/replay.h"

/* Where a session looks for its host: borrowed at the time of the handshake. */
struct tls_view {
    struct site_table *table;
    struct certstore *certs;
    struct challenges *challenges;
    struct lookup_waiter *waiter; /* lent for the handshake; NULL: it does not wait for files */
    int64_t now_ms;
};

/* What was chosen for one session. {0} is valid: nothing yet. */
struct tls_selection {
    const struct tls_view *view; /* set while mbedTLS may call back */
    struct hostname host;        /* empty until a name is known */
    struct site_table *table;    /* held, from the choice of the host on */
    const struct site *site;
    struct certstore_pair *pairs[CERTSTORE_PAIRS_MAX]; /* held while the handshake uses them */
    size_t pair_count;
    struct challenge *challenge; /* held; NULL: this is no challenge */
    uint64_t challenge_asked;    /* see challenge_find */
    struct replay *replay;       /* of the client's bytes, lent; NULL: they are not kept */
    bool waits;                  /* for files; then they are to be read again */
    const char *refusal;         /* our own reason, or NULL */
};

/* Sets the callbacks and the protocols of ALPN. Each session's user data must be its selection
 * (mbedtls_ssl_set_user_data_p). Returns 0, or mbedTLS's code. */
int tls_select_configure(mbedtls_ssl_config *conf);

/* mbedTLS no longer uses the certificates. */
void tls_select_release_pairs(struct tls_selection *selection);

/* The handshake failed: has RSA keys that it used read anew. mbedTLS squares the two values that
 * blind an RSA key one after the other; where memory ends between them, each later signature is
 * wrong, and TLS 1.3 sends it: only the client sees that, and leaves. */
void tls_select_doubt_pairs(struct tls_selection *selection);

void tls_select_free(struct tls_selection *selection);

#endif
