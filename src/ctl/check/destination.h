/* SPDX-License-Identifier: ISC */
/* destination: where the reports of a domain go, and whether anything takes them there. */
#ifndef CTL_CHECK_DESTINATION_H
#define CTL_CHECK_DESTINATION_H

#include <stdbool.h>

#include "common/base/span.h"
#include "ctl/net/dns.h"

enum destination_fault {
    DESTINATION_FINE, /* or nothing is known, as DNS did not answer */
    DESTINATION_NO_NAME,
    DESTINATION_NO_HOST,    /* neither MX nor address; of https: no address */
    DESTINATION_NULL_MX,    /* RFC 7505 */
    DESTINATION_MX_NOWHERE, /* none of its MX has an address */
};

/* {0} is valid: fine. */
struct destination {
    bool is_mailbox;             /* a mailto: URI; else https: */
    char host[DNSDATA_NAME_MAX]; /* the mailbox's domain, or the host */
    enum destination_fault fault;
};

/* Looks up one valid URI of a record `_smtp._tls` (RFC 8460 section 3). */
void destination_find(struct destination *out, struct span uri, struct dns *dns);

#endif
