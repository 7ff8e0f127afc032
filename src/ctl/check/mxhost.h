/* SPDX-License-Identifier: ISC */
/* mxhost: tests the mail hosts of all domains, each once, however many domains use it. */
#ifndef CTL_CHECK_MXHOST_H
#define CTL_CHECK_MXHOST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/network.h"
#include "ctl/base/rate.h"
#include "ctl/check/smtp.h"
#include "ctl/net/dns.h"
#include "ctl/net/reach.h"

#define MXHOST_ADDRESSES_MAX 8 /* addresses of one host that are tried */

/* A mail host at one of its addresses. */
struct mxhost_address {
    char text[NETWORK_TEXT_MAX];
    const char *scope; /* of network_address_scope */
    struct smtp smtp;
    struct smtp tls12;      /* the same at TLS 1.2; {0}: not tried */
    struct smtp other_keys; /* and for a certificate of the other kind of key */
};

struct mxhost_tlsa {
    unsigned char usage, selector, matching;
    unsigned char *data;
    size_t length;
};

struct mxhost {
    char *host;
    enum dns_outcome outcome;         /* of its addresses */
    struct error why;                 /* a sentence unless found */
    size_t found_count;               /* addresses in DNS */
    struct mxhost_address *addresses; /* those that are tried */
    size_t address_count;
    enum dns_outcome tlsa_outcome; /* of _25._tcp.HOST */
    bool tlsa_secure;
    struct mxhost_tlsa *tlsa;
    size_t tlsa_count;
};

struct mxhost_params {
    struct dns *dns;
    const struct peer_trust *trust;
    unsigned port;             /* 0: 25 */
    unsigned bound_s;          /* 0: SMTP_BOUND_S */
    const struct reach *reach; /* NULL: any address is tried */
    struct rate *rate;         /* of connections; NULL: none */
};

/* The hosts tested so far. Thread-safe. */
struct mxhost_pool;

/* params is borrowed. Returns 0, or -1 with why. */
int mxhost_open(struct mxhost_pool **out, const struct mxhost_params *params, struct error *why);
void mxhost_close(struct mxhost_pool *pool);

/* Tests the host at each address, or waits for another thread that does. Returns the host, which
 * the pool owns, or NULL when out of memory. */
const struct mxhost *mxhost_find(struct mxhost_pool *pool, const char *host);

/* Whether it offers no TLS version below 1.3: a handshake without it failed. Pure. */
bool mxhost_lacks_tls12(const struct mxhost_address *address);

/* Whether senders use the record: a usage, selector or matching type not defined for SMTP makes it
 * unusable (RFC 7672 section 3.1.3). Pure. */
bool mxhost_heeds_tlsa(const struct mxhost_tlsa *tlsa);

/* Whether the certificates presented at the address match one of the TLSA records, by DANE-EE or
 * DANE-TA (RFC 7672 section 3.1). Pure. */
bool mxhost_fits_tlsa(const struct mxhost *mxhost, const struct mxhost_address *address);

#endif
