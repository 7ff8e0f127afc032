/* SPDX-License-Identifier: ISC */
/* intake: takes file after file into a tally, and says what cannot be read or is odd. */
#ifndef CTL_TLSRPT_INTAKE_H
#define CTL_TLSRPT_INTAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/finding.h"
#include "ctl/tlsrpt/gather.h"
#include "ctl/tlsrpt/tally.h"
#include "ctl/tlsrpt/totals.h"

/* {0} with the first three set is valid and empty. */
struct intake {
    struct tally_filter filter;
    int64_t now; /* seconds since the epoch */
    struct tally tally;
    struct findings said;
    struct totals totals;
    json_t *odd; /* organisation and oddity -> how often, and where first */
};

/* For gather_paths, with a struct intake as the context. Says what is wrong on stderr as it comes,
 * each with its file. */
extern const struct gather_events intake_events;

/* After the last file: says what is odd, by organisation, and finishes the totals. */
void intake_finish(struct intake *intake);
void intake_free(struct intake *intake);

#endif
