/* SPDX-License-Identifier: ISC */
/* facts_dns: what DNS said of the names of one domain. */
#ifndef CTL_CHECK_FACTS_DNS_H
#define CTL_CHECK_FACTS_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "ctl/check/mxhost.h"
#include "ctl/net/dns.h"
#include "ctl/net/mxname.h"

struct facts_texts {
    struct dns_answer answer; /* its outcome, TTL, security and sentence */
    struct span *items;
    size_t count;
};

struct facts_alias {
    char end[DNSDATA_NAME_MAX]; /* empty: the name has no CNAME */
    unsigned steps;             /* CNAMEs on the way */
    bool looped;
    /* Where the last one exists without the domain behind it, which a dot at its end keeps away:
     * that name. */
    char dotless[DNSDATA_NAME_MAX];
};

struct facts_mx {
    uint16_t preference;
    const struct mxhost *mxhost; /* borrowed from the pool */
    struct mxname name;
};

#endif
