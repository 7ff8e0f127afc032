/* SPDX-License-Identifier: ISC */
/* gone: mail hosts whose domain is not in DNS, so that whoever registers it gets the mail. */
#ifndef CTL_CHECK_GONE_H
#define CTL_CHECK_GONE_H

#include "ctl/net/dns.h"

struct facts;

/* A host of the policy or of an MX record, and what would have to be registered. */
struct gone {
    char host[DNSDATA_NAME_MAX]; /* of a pattern: without its "*." */
    char domain[DNSDATA_NAME_MAX];
};

#define GONE_MAX 8 /* domains of one policy that are looked up */

/* Looks up the domain of each mx of the policy that is served, and of each MX, that no host with an
 * address belongs to; ends at the first look-up that fails. Fills facts->gone, and gone_whole
 * unless one failed. */
void gone_find(struct facts *facts, struct dns *dns);

#endif
