/* SPDX-License-Identifier: ISC */
/* rows: the table of checks, applied to the facts of one domain. */
#ifndef CTL_CHECK_ROWS_H
#define CTL_CHECK_ROWS_H

#include "ctl/base/finding_out.h"
#include "ctl/check/facts.h"

struct rows_check;

struct rows_row {
    const char *id;         /* stable: "D1" to "W2" */
    enum severity severity; /* the worst that it reports */
    const char *title;
    void (*judge)(struct rows_check *check);
};

/* The table, ended by a row whose id is NULL. */
extern const struct rows_row rows_table[];

/* Adds what is wrong to the findings, in the order of the table; a finding's rule is its row's id.
 * The facts are settled. Pure. */
void rows_judge(const struct facts *facts, struct findings *out);

#endif
