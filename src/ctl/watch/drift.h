/* SPDX-License-Identifier: ISC */
/* drift: one thing that is wrong at a domain, an MX host or this machine, as one run saw it. */
#ifndef CTL_WATCH_DRIFT_H
#define CTL_WATCH_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/finding.h"

/* In the order of how much harm it can do. */
enum drift_kind {
    DRIFT_ALIAS,       /* a CNAME to a name that does not exist */
    DRIFT_MX_DOMAIN,   /* the domain of a mail host is not in DNS */
    DRIFT_MACHINE,     /* this machine: its resolver or its network */
    DRIFT_POLICY_MX,   /* the policy against the live MX */
    DRIFT_MX,          /* an MX host: STARTTLS, certificate, DANE */
    DRIFT_RECORD,      /* the TXT records, missing or wrong */
    DRIFT_POLICY_HOST, /* it cannot be reached, or serves no policy */
    DRIFT_CERTIFICATE, /* of the policy host: name, chain, dates */
    DRIFT_POLICY,      /* what is served is no valid policy */
    DRIFT_ID,          /* the id against the policy's bytes */
    DRIFT_ADDRESSES,   /* the policy host at one address against another, IPv4 against IPv6 */
};

#define DRIFT_KINDS (DRIFT_ADDRESSES + 1)
#define DRIFT_ALL   ((1u << DRIFT_KINDS) - 1) /* as a set of 1 << kind */

/* "alias", "mx-domain", "machine", ... */
const char *drift_name(enum drift_kind kind);

/* Returns whether there is a kind of this name. */
bool drift_find(enum drift_kind *out, const char *name, size_t length);

/* What cannot be told from a fault of this machine, unless others could be seen. */
enum drift_ground {
    DRIFT_SEEN,
    DRIFT_NO_ANSWER,     /* DNS gave none */
    DRIFT_NO_CONNECTION, /* to the policy host */
    DRIFT_NO_SMTP,       /* to the MX host */
};

struct drift {
    enum drift_kind kind;
    enum severity severity; /* error or warning */
    enum drift_ground ground;
    bool passes;        /* it may pass by itself, so the next run has to confirm it */
    const char *domain; /* "*": of an MX host, or of this machine */
    const char *where, *rule, *problem;
    const char *advice; /* NULL: none */
};

/* The MX host in the place of a DRIFT_MX: "HOST", "HOST ADDRESS" or "_25._tcp.HOST". */
const char *drift_mx(const char *where, size_t *length);

#endif
