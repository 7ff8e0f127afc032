/* SPDX-License-Identifier: ISC */
/* tally: what many TLS reports say together: sessions, by whatever is asked for. */
#ifndef CTL_TLSRPT_TALLY_H
#define CTL_TLSRPT_TALLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/intern.h"
#include "ctl/tlsrpt/report.h"

#define TALLY_FACTS_MAX 2000000 /* different ones that are kept */

struct tally_fact { /* sessions that have all of this in common; texts live with the tally */
    const char *domain;
    enum report_kind kind;
    const char *organisation;
    const char *mx, *type, *reason; /* of a failure; "": none is named, or it is none */
    bool outside;                   /* the policy that the sender used does not name the MX */
    bool failed;
    int first_day, last_day;
    bool has_mode; /* mode is that of the newest report which names it, mode_day its day */
    enum policy_mode mode;
    int mode_day;
    int64_t reports, entries; /* that name the domain; of policies in them */
    int64_t successes, failures;
};

struct tally_facts {
    struct tally_fact *items; /* sorted by domain, kind, organisation, MX, type, reason, day */
    size_t count, room;
};

struct tally { /* {0} is valid and empty */
    struct tally_facts facts;
    json_t *seen; /* report -> where it was found first */
    struct intern texts;
    struct arena arena;
};

struct tally_filter {   /* {0} lets everything pass */
    const char *domain; /* in lower case */
    int since;          /* a day */
};

enum tally_outcome {
    TALLY_ADDED,
    TALLY_KNOWN,   /* the same report came before; *first says where */
    TALLY_OUTSIDE, /* nothing of it passes the filter */
    TALLY_FULL,    /* out of memory, or of room; why says it */
};

/* The same report: the same organisation, report-id and first domain. where: copied. */
enum tally_outcome tally_add(struct tally *tally, const struct report *report, const char *where,
                             const struct tally_filter *filter, const char **first,
                             struct error *why);

void tally_finish(struct tally *tally); /* once all is added */
void tally_free(struct tally *tally);

/* What a sum keeps apart. */
enum tally_key {
    TALLY_BY_DOMAIN = 1,
    TALLY_BY_KIND = 2,
    TALLY_BY_ORGANISATION = 4,
    TALLY_BY_MX = 8,
    TALLY_BY_FAILURE = 16, /* type, reason, outside */
    TALLY_BY_DAY = 32,
};

/* Sums facts by the keys; all else is blank in the result, which borrows texts. Pure. Returns 0, or
 * -1 with why; *out is {0} then. Free its items with free(3). */
int tally_sum(struct tally_facts *out, const struct tally_fact *facts, size_t count, unsigned keys,
              struct error *why);

#endif
