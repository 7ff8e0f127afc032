/* SPDX-License-Identifier: ISC */
/* store_new: failures that the last run brought, and those that were not told yet. */
#ifndef CTL_TLSRPT_STORE_NEW_H
#define CTL_TLSRPT_STORE_NEW_H

#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/tally.h"

/* Texts live until the store is closed. */
struct store_new {
    const char *domain, *mx, *type; /* mx and type: "" where the reports do not name it */
    enum report_kind kind;
    bool is_of_last_run; /* by reports with proof, and not in the 14 days before */
    bool is_told;        /* by store_new_tell */
};

struct store_news {          /* {0} is valid and empty */
    struct store_new *items; /* by domain */
    size_t count;
    size_t untold; /* of them */
    int64_t since; /* when the run before the last one took in, in seconds; 0: there was none */
};

/* All that are of the last run or not told, of the filter's domain and MX. Returns 0, or -1 with
 * why. Free it in either case. */
int store_news_read(struct store_news *out, struct store *store, const struct tally_filter *filter,
                    struct error *why);
void store_news_free(struct store_news *news);

/* Marks those that are not told as told. Returns 0, or -1 with why. */
int store_news_tell(struct store *store, struct error *why);

#endif
