/* SPDX-License-Identifier: ISC */
/* totals: the lists and the advice that are shown of reports, the same in each format. */
#ifndef CTL_TLSRPT_TOTALS_H
#define CTL_TLSRPT_TOTALS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/finding.h"
#include "ctl/tlsrpt/advice.h"
#include "ctl/tlsrpt/store_new.h"
#include "ctl/tlsrpt/tally.h"
#include "ctl/tlsrpt/totals_list.h"

struct totals_also;

struct totals {
    const struct tally
        *tally;          /* finished: the counts of what was read, and all facts if no store */
    struct store *store; /* NULL: none */
    const struct tally_filter *filter;
    const struct totals_shown *shown;
    const struct findings *said;
    const struct store_news *news;  /* of the store; NULL: none */
    const struct totals_also *also; /* NULL: nothing */
    int today;                      /* a day */
};

/* Called for each domain, in order; returns -1 when out of memory. */
typedef int totals_tell(void *context, const char *domain, const struct advice *advice);

/* What one reading of all domains is for. */
struct totals_reading {
    const enum totals_list *lists; /* that are summed */
    size_t list_count;
    totals_tell *tell; /* NULL: no advice is made */
    void *context;
};

/* {0} is valid and empty. */
struct totals_sums {
    struct tally_facts
        lists[TOTALS_LISTS];       /* sorted by their keys; with --by or --top by failures */
    size_t left_out[TOTALS_LISTS]; /* rows beyond --top */
    int64_t reports, unproven, failures;
};

/* What else totals_read does while it reads, whatever is shown. */
struct totals_also {
    const enum totals_list *lists; /* that are summed as well */
    size_t list_count;
    /* For each domain; advice: NULL for "". Returns 0, or -1 with why. */
    int (*take)(void *context, const struct tally_facts *facts, const struct advice *advice,
                struct error *why);
    /* At the end, with all rows, sorted by their keys. Returns 0, or -1 with why. */
    int (*finish)(void *context, const struct totals_sums *sums, struct error *why);
    void *context;
};

/* Reads each domain once. There is no advice where --org or --mx leave a part of it out. Returns 0,
 * or -1 with why, also where the store has nothing that passes. Free *out in either case. */
int totals_read(struct totals_sums *out, const struct totals *totals,
                const struct totals_reading *reading, struct error *why);
void totals_free(struct totals_sums *sums);

/* All facts of one domain after another, in the order of the names, each day by itself. Returns 0,
 * or -1 with why. */
typedef int totals_take(void *context, struct tally_facts *facts, struct error *why);
int totals_each_domain(const struct totals *totals, totals_take *take, void *context,
                       struct error *why);

/* The same of one domain, which may have none, within finish of totals_also: of what was read. */
int totals_one_domain(const struct totals *totals, const char *domain, totals_take *take,
                      void *context, struct error *why);

#endif
