/* SPDX-License-Identifier: ISC */
/* observe: queries DNS, the policy host and the mail hosts of one domain. */
#ifndef CTL_CHECK_OBSERVE_H
#define CTL_CHECK_OBSERVE_H

#include "ctl/base/rate.h"
#include "ctl/check/facts.h"
#include "ctl/check/mxhost.h"
#include "ctl/net/dns.h"
#include "ctl/net/reach.h"

/* What one observation has open at most: the domain's tries, each of a mail host at all its
 * addresses. */
#define OBSERVE_DESCRIPTORS ((size_t)OBSERVE_TRIES * MXHOST_ADDRESSES_MAX)
#define OBSERVE_TRIES       8 /* at a time */

/* Shared by all observations. */
struct observe_params {
    struct dns *dns;
    const struct peer_trust *trust;
    struct mxhost_pool *mxhosts;
    const char *connect_to;    /* "HOST:PORT" in place of the host's addresses; NULL: none */
    unsigned port;             /* of the policy host; 0: 443 */
    const struct reach *reach; /* NULL: any address is tried */
    struct rate *rate;         /* of connections; NULL: none */
    struct rates *host_rates;  /* of connections to each address of policy hosts; NULL: none */
};

/* Fills what is observed; domain is borrowed. Never fails: an error is a fact, too. Thread-safe. */
void observe_domain(struct facts *out, const char *domain, const struct observe_params *params,
                    int64_t now);

#endif
