/* SPDX-License-Identifier: ISC */
/* seenlist: each domain that is configured or was fetched, with its answer. */
#ifndef CTL_SEEN_SEENLIST_H
#define CTL_SEEN_SEENLIST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/name/hostname.h"
#include "ctl/seen/mxday.h"

/* All that was read. */
struct seenlist {
    const struct config *config;
    const struct coverage *coverage;
    const struct lastseen *lastseen; /* sorted */
    const char *only;                /* NULL: all domains */
    int64_t served_since;            /* the present configuration; 0: not known */
};

/* One domain. */
struct seen_domain {
    const char *name;
    struct mxday_question question;
    struct mxday answer;
    unsigned char present[LOGLINE_ID_BYTES]; /* if question.present is not NULL */
};

/* Reads since when the servers have the present configuration. Returns 0, or -1 with why. */
int seenlist_open(struct seenlist *list, struct error *why);

/* Calls take with each domain, in the order of their names. Returns 0, or -1 with why. */
typedef void seenlist_take(void *context, const struct seen_domain *domain);
int seenlist_each(const struct seenlist *list, seenlist_take *take, void *context,
                  struct error *why);

#define SEEN_ID_TEXT      (2 * LOGLINE_ID_BYTES + 1)
#define SEEN_SENTENCE_MAX 1024

/* The 20 hexadecimal digits; returns out. */
const char *seenlist_id(char out[SEEN_ID_TEXT], const unsigned char id[LOGLINE_ID_BYTES]);

/* Whether it is the policy that the configuration has now. */
bool seenlist_is_present(const struct seen_domain *domain, const struct lastseen_policy *policy);

/* Whether a large sender's last fetch, at that time, is so long ago that it can no longer hold the
 * policy that it got. */
bool seenlist_is_overdue(const struct seen_domain *domain, size_t family);

/* "not before 2026-12-07: ...": what a person needs to know; returns out. */
const char *seenlist_sentence(char out[SEEN_SENTENCE_MAX], const struct seen_domain *domain);

#endif
