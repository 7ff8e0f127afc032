/* SPDX-License-Identifier: ISC */
/* daytable: sums by day of any number of facts, each found at once. */
#ifndef CTL_TLSRPT_DAYTABLE_H
#define CTL_TLSRPT_DAYTABLE_H

#include "ctl/tlsrpt/tally_facts.h"

/* {0} is valid and empty. */
struct daytable {
    struct tally_fact *items; /* by day; those without days are none */
};

/* Adds the numbers of a fact to those of its day, or of the week that it is of. Days that cannot be
 * are left out. Returns 0, or -1 with why. */
int daytable_add(struct daytable *table, const struct tally_fact *fact, struct error *why);

/* The days in order. Free the items with free(3). Returns 0, or -1 with why. */
int daytable_list(struct tally_facts *out, const struct daytable *table, struct error *why);

void daytable_free(struct daytable *table);

#endif
