/* SPDX-License-Identifier: ISC */
/* peer: describes and checks the certificate chain that a remote server presents. */
#ifndef CTL_NET_PEER_H
#define CTL_NET_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define PEER_TEXT_MAX 128

/* The first fault, in this order. */
enum peer_fault {
    PEER_NONE, /* there was no certificate, or no TLS */
    PEER_FINE,
    PEER_UNTRUSTED, /* the chain leads to no CA that is trusted */
    PEER_EXPIRED,
    PEER_NOT_YET_VALID,
    PEER_WRONG_NAME, /* no DNS name of the certificate is the host's (RFC 6125) */
};

struct peer_bytes {
    unsigned char *bytes;
    size_t length;
};

/* {0} is valid and empty. Its texts are printable. */
struct peer {
    enum peer_fault fault;
    struct error why; /* a sentence unless fine */
    char version[16]; /* "TLSv1.3"; empty: no TLS */
    bool is_old;      /* it is older than TLS 1.2 */
    bool trusted;     /* apart from dates and names */
    bool in_date;     /* the whole chain is */
    bool covers;      /* the host's name is among names */
    bool has_rsa;     /* the leaf's key */
    int alert;        /* that the server sent (RFC 8446 section 6); 0: none that ends TLS */
    int64_t not_before, not_after; /* of the leaf, seconds since the epoch */
    char issuer[PEER_TEXT_MAX];
    char **names; /* the DNS names of the leaf, wildcards too */
    size_t name_count;
    char common[PEER_TEXT_MAX]; /* the common name of a leaf that has no DNS name; else empty */
    struct peer_bytes *chain;   /* as presented, DER, the leaf first */
    size_t chain_count;
};

/* CAs. May be used by several threads at a time. file: PEM; NULL: those of the system. */
struct peer_trust;
int peer_trust_open(struct peer_trust **out, const char *file, struct error *why);
void peer_trust_close(struct peer_trust *trust);

struct ssl_ctx_st;

/* What the client of a handshake can do. */
enum peer_limit {
    PEER_UNLIMITED,
    PEER_TLS12, /* TLS 1.2 at most */
    PEER_RSA,   /* certificates with RSA keys only */
    PEER_ECDSA, /* with keys on elliptic curves only */
};

/* Where a connection's chain is described. */
struct peer_watch {
    struct peer *out;
    const struct peer_trust *trust;
    const char *host;
    enum peer_limit limit;
};

/* Makes each handshake of the context describe its server in watch->out and succeed regardless:
 * only the description says whether to trust the server. Old versions and weak ciphers are
 * accepted, so that they can be reported. The watch outlives the context. */
void peer_attach(struct ssl_ctx_st *context, struct peer_watch *watch);
void peer_free(struct peer *peer);

enum peer_limit peer_other_keys(const struct peer *peer); /* beside the leaf's own kind */

#endif
