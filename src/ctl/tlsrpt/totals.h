/* SPDX-License-Identifier: ISC */
/* totals: writes what a tally holds, in tables with a chart and advice, or as JSON. */
#ifndef CTL_TLSRPT_TOTALS_H
#define CTL_TLSRPT_TOTALS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/finding.h"
#include "ctl/tlsrpt/tally.h"

struct totals {
    const struct tally *tally; /* finished */
    const struct findings *said;
    size_t files;      /* that could be opened */
    size_t reports;    /* that were counted */
    size_t duplicates; /* that were not, since the same had been */
    size_t outside;    /* that were not, since the filter left them out */
    size_t damaged;    /* files, mails and attachments that could not be read, in part or whole */
    size_t without;    /* mails without a report */
    int today;         /* a day */
};

/* To stdout. Returns 0, or -1 with why. */
int totals_write(const struct totals *totals, bool json, struct error *why);

/* Whether any session failed. */
bool totals_have_failures(const struct totals *totals);

#endif
