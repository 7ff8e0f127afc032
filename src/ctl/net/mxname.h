/* SPDX-License-Identifier: ISC */
/* mxname: finds mistakes in the name of an MX record, and says what to write instead. */
#ifndef CTL_NET_MXNAME_H
#define CTL_NET_MXNAME_H

#include <stdbool.h>

#include "ctl/net/dns.h"

enum mxname_fault {
    MXNAME_FINE,
    MXNAME_ADDRESS,    /* an IP address in place of a name */
    MXNAME_CHARACTERS, /* such as no host's name has */
    MXNAME_PREFERENCE, /* the preference stands in the name, too: "10 mx.example.com" */
    MXNAME_NO_DOMAIN,  /* a single label: mail */
    MXNAME_ZONE_TWICE, /* mx.example.com.example.com */
    MXNAME_NO_DOT,     /* mx.example.net.example.com: the zone stands behind a whole name */
    MXNAME_NOWHERE,    /* it does not exist, or has no address */
    MXNAME_DANGLING,   /* a CNAME to a name that does not exist */
    MXNAME_ALIAS,      /* a CNAME (RFC 5321 section 5.1) */
};

/* {0} is a name without mistake. */
struct mxname {
    enum mxname_fault fault;
    char meant[DNSDATA_NAME_MAX]; /* the address, the name to write, or where the CNAME leads; empty
                                     if not known */
};

/* Judges the MX of the domain, both as dnsdata_mx writes names. outcome is that of the host's
 * addresses. Asks DNS about the alias of a host that is found, and about what may be meant by one
 * that is not: two names at most. */
void mxname_judge(struct mxname *out, struct dns *dns, const char *host, const char *domain,
                  enum dns_outcome outcome);

/* The same without DNS: finds what the text alone shows. Pure. */
void mxname_judge_text(struct mxname *out, const char *host, const char *domain);

/* Whether no policy should name it: no mail gets there. */
bool mxname_is_broken(const struct mxname *name);

/* What is wrong, such as "has the zone twice" behind the host, and what to do. For any fault but
 * MXNAME_FINE. */
void mxname_say(const struct mxname *name, struct error *problem, struct error *advice);

#endif
