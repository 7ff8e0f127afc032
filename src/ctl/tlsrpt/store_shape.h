/* SPDX-License-Identifier: ISC */
/* store_shape: how the store numbers what sessions have in common, but the domain and the day. */
#ifndef CTL_TLSRPT_STORE_SHAPE_H
#define CTL_TLSRPT_STORE_SHAPE_H

#include "ctl/tlsrpt/series.h"
#include "ctl/tlsrpt/store.h"

/* In the order of the columns: kind, flags, then the ids of the texts. */
enum {
    STORE_SHAPE_MX = 4,
    STORE_SHAPE_TYPE = 5,
    STORE_SHAPE_TEXTS = 10, /* organisation to mx_lines */
    STORE_SHAPE_NUMBERS = 12,
};

enum store_shape_flags {
    STORE_SHAPE_OUTSIDE = 1,
    STORE_SHAPE_FAILED = 2,
    STORE_SHAPE_UNPROVEN = 4,
    STORE_SHAPE_MX_HOST = 8,
    STORE_SHAPE_FLAGS = 15,
};

/* Writes the days of a shape of a domain; an empty series is removed. Returns 0, or -1 with why. */
int store_series_write(struct store *store, int64_t domain, int64_t shape,
                       const struct series *series, struct error *why);

#endif
