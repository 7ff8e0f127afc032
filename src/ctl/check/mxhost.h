/* SPDX-License-Identifier: ISC */
/* exchange: the mail hosts of all domains, each tried once however many domains it serves. */
#ifndef CTL_CHECK_EXCHANGE_H
#define CTL_CHECK_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/network.h"
#include "ctl/check/smtp.h"
#include "ctl/net/dns.h"
#include "ctl/net/reach.h"

#define EXCHANGE_GATES_MAX 8 /* addresses of one host that are tried */

/* A mail host at one of its addresses. */
struct exchange_gate {
    char address[NETWORK_TEXT_MAX];
    const char *scope; /* of network_address_scope */
    struct smtp smtp;
};

struct exchange_tlsa {
    unsigned char usage, selector, matching;
    unsigned char *data;
    size_t length;
};

struct exchange {
    char *host;
    enum dns_outcome outcome; /* of its addresses */
    struct error why;         /* a sentence unless found */
    size_t address_count;
    struct exchange_gate *gates; /* those that are tried */
    size_t gate_count;
    enum dns_outcome tlsa_outcome; /* of _25._tcp.HOST */
    bool tlsa_secure;
    struct exchange_tlsa *tlsa;
    size_t tlsa_count;
};

struct exchange_way {
    struct dns *dns;
    const struct peer_trust *trust;
    unsigned port;             /* 0: 25 */
    unsigned bound_s;          /* 0: SMTP_BOUND_S */
    const struct reach *reach; /* NULL: any address is tried */
};

/* The hosts; may be used by several threads at a time. */
struct exchange_pool;

/* way is borrowed. Returns 0, or -1 with why. */
int exchange_open(struct exchange_pool **out, const struct exchange_way *way, struct error *why);
void exchange_close(struct exchange_pool *pool);

/* The host, tried at each address now, or by another thread, for which this one waits. Lent until
 * the pool is closed; NULL when out of memory. */
const struct exchange *exchange_find(struct exchange_pool *pool, const char *host);

/* Whether senders heed the record: a usage, selector or matching that SMTP does not have makes it
 * unusable (RFC 7672 section 3.1.3). Pure. */
bool exchange_heeds_tlsa(const struct exchange_tlsa *tlsa);

/* Whether the certificates presented at the gate fit one of the TLSA records, by DANE-EE or DANE-TA
 * (RFC 7672 section 3.1). Pure. */
bool exchange_fits_tlsa(const struct exchange *exchange, const struct exchange_gate *gate);

#endif
