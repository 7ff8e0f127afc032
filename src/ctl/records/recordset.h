/* SPDX-License-Identifier: ISC */
/* recordset: lists the DNS records that a configuration wants published; pure. */
#ifndef CTL_RECORDS_RECORDSET_H
#define CTL_RECORDS_RECORDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/config/config.h"

enum recordset_kind {
    RECORDSET_POLICY,  /* what says that there is a policy, and its id */
    RECORDSET_REPORTS, /* where TLS reports go */
    RECORDSET_HOST,    /* where the policy host is */
};

enum recordset_type {
    RECORDSET_TXT,
    RECORDSET_CNAME,
    RECORDSET_ADDRESSES, /* A and AAAA: all of [dns] address */
};

enum recordset_state {
    RECORDSET_UNKNOWN, /* to be published; DNS was not asked */
    RECORDSET_WANTED,  /* to be published; DNS has something else, or nothing */
    RECORDSET_LIVE,    /* DNS has it, and nothing else of its kind */
    RECORDSET_HELD,    /* it must not be published yet, for the reason in why */
    RECORDSET_FAILED,  /* DNS cannot be asked: why says so */
};

/* What to publish at one name, replacing anything else of these types. */
struct recordset_entry {
    const struct config_domain *domain;
    enum recordset_kind kind;
    enum recordset_type type;
    const char *name; /* without the last dot */
    const char *text; /* of a TXT record, or the name that a CNAME leads to */
    enum recordset_state state;
    char *why; /* owned; NULL: nothing to say */
};

/* {0} is valid and empty. */
struct recordset {
    const struct config *config; /* borrowed */
    struct recordset_entry *entries;
    size_t count;
    struct arena arena; /* holds names and texts */
};

struct recordset_params {
    const struct config *config;
    const char *only; /* a domain; NULL: all */
    bool provider;    /* what [dns] target names, in place of the domains' own records */
    int64_t time_id;  /* 0: ids of the policies' bytes; else seconds since the epoch, for all ids */
};

/* Lists them, sorted by domain; what the configuration does not say is left out, and so are domains
 * with errors. Returns 0, or -1 with why. Free it in either case. */
int recordset_make(struct recordset *out, const struct recordset_params *params, struct error *why);
void recordset_free(struct recordset *set);

#endif
