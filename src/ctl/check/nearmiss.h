/* SPDX-License-Identifier: ISC */
/* nearmiss: looks for records at names that are nearly right, where no sender looks. */
#ifndef CTL_CHECK_NEARMISS_H
#define CTL_CHECK_NEARMISS_H

#include "ctl/net/dns.h"

struct facts;

/* Texts at a name that is nearly right. */
struct nearmiss {
    char name[DNSDATA_NAME_MAX];
    char *bytes; /* what is there, by dnsdata_txt; owned */
    size_t length;
};

#define NEARMISS_MAX 4 /* that are kept */

/* Looks under some twenty names for a record that is missing at `_mta-sts` or `_smtp._tls`, and for
 * that of a domain above; for the addresses of a policy host that has none, and for the names that
 * CNAMEs mean which lead nowhere. Ends at the first look-up that fails. Fills facts->nearmisses,
 * facts->parent, facts->host_near and the aliases' dotless. */
void nearmiss_find(struct facts *facts, struct dns *dns);

#endif
