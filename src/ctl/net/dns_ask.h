/* SPDX-License-Identifier: ISC */
/* dns_ask: sends a query by libunbound. Private to dns. */
#ifndef CTL_NET_DNS_ASK_H
#define CTL_NET_DNS_ASK_H

#include "ctl/net/dns.h"

struct ub_result;

/* Waits for the answer, DNS_BOUND_S at most. Returns what libunbound says, to be freed by
 * ub_resolve_free, or NULL with why. */
struct ub_result *dns_ask(struct dns *dns, const char *name, int type, struct error *why);

#endif
