/* SPDX-License-Identifier: ISC */
/* hostfetch: fetches a policy from one address of its host, on port 443 or another. */
#ifndef CTL_NET_HOSTFETCH_H
#define CTL_NET_HOSTFETCH_H

#include "ctl/net/fetch.h"

#define HOSTFETCH_ADDRESSES_MAX 16 /* of one host that are asked one after the other */

/* port 0: 443. As fetch_policy; free it in either case. */
int hostfetch(struct fetch *out, const char *host, const struct network_address *address,
              unsigned port, const struct peer_trust *trust);

#endif
