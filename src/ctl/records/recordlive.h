/* SPDX-License-Identifier: ISC */
/* recordlive: compares the wanted records with DNS, and holds back those that must not change yet.
 */
#ifndef CTL_RECORDS_RECORDLIVE_H
#define CTL_RECORDS_RECORDLIVE_H

#include <stdbool.h>

#include "ctl/net/dns.h"
#include "ctl/net/peer.h"
#include "ctl/net/reach.h"
#include "ctl/records/recordset.h"

struct recordlive_params {
    struct dns *dns;
    const struct peer_trust *trust;
    bool compares;             /* compare each entry; otherwise only those that may be held back */
    bool forced;               /* nothing is held back */
    unsigned port;             /* of the policy hosts; 0: 443 */
    const struct reach *reach; /* NULL: any address is contacted */
};

/* Sets each entry's state, many side by side. An entry that says which policy there is may change
 * only when each address of the policy host serves the policy (RFC 8461 section 8.1). Returns 0, or
 * -1 with why when the work cannot begin. */
int recordlive_judge(struct recordset *set, const struct recordlive_params *params,
                     struct error *why);

#endif
