/* SPDX-License-Identifier: ISC */
/* livemx: looks up the hosts that receive a domain's mail. */
#ifndef CTL_NET_LIVEMX_H
#define CTL_NET_LIVEMX_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/net/dns.h"
#include "ctl/net/dnsdata.h"

/* {0} is valid and empty. */
struct livemx {
    char **hosts; /* in lower case, by preference; invalid bytes as "\DDD" */
    size_t count;
    bool implicit; /* no MX record: the domain itself takes the mail (RFC 5321 section 5.1) */
    bool null;     /* RFC 7505: it takes none; no hosts then */
};

/* The MX records of an answer in the order in which senders try them; out has room for one more
 * than the answer has records. Returns how many are well-formed. */
size_t livemx_list(struct dnsdata_mx *out, const struct dns_answer *answer);

/* Returns 0, or -1 with why when DNS cannot be asked, or has neither MX nor address. Free it in
 * either case. */
int livemx_find(struct livemx *out, struct dns *dns, const char *domain, struct error *why);
void livemx_free(struct livemx *mx);

#endif
