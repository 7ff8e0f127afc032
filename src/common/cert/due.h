/* SPDX-License-Identifier: ISC */
/* due: when a certificate is due, how worrying its age is, and whose turn comes first. */
#ifndef COMMON_CERT_DUE_H
#define COMMON_CERT_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

/* All times are in seconds since the epoch, all functions pure. */

#define DUE_SHORT_S                                                                                \
    INT64_C(864000) /* ten days: a lifetime below this is renewed with half of it left */

enum due_health {
    DUE_FINE,
    DUE_WARNING, /* less than a quarter of the lifetime is left */
    DUE_ERROR,   /* less than an eighth, or it has expired, or is not valid yet */
};

/* The stages of a certificate's end, each worse than the one before. */
enum due_stage {
    DUE_STAGE_GOOD,
    DUE_STAGE_QUARTER, /* less than a quarter of the lifetime is left */
    DUE_STAGE_EIGHTH,  /* less than an eighth */
    DUE_STAGE_REFUSED, /* it has expired, or is not valid yet: senders refuse it */
};

enum due_stage due_stage(int64_t not_before, int64_t not_after, int64_t now);

/* When it is to be renewed: with a third of its lifetime left, or with half if that is short. */
int64_t due_at(int64_t not_before, int64_t not_after);

/* *why gets a sentence that begins with "it", unless all is fine; it may be NULL. */
enum due_health due_judge(int64_t not_before, int64_t not_after, int64_t now, struct error *why);

/* What decides whose turn it is. */
struct due_host {
    const char *name;
    bool usable; /* it has a certificate for its name that can be read */
    int64_t not_after;
};

/* For qsort: hosts without a usable certificate first (new customers), then by the end of their
 * certificates, then by name. */
int due_compare(const struct due_host *a, const struct due_host *b);

#endif
