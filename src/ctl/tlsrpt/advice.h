/* SPDX-License-Identifier: ISC */
/* advice: whether a domain may go to enforce, by what the reports say of it. */
#ifndef CTL_TLSRPT_ADVICE_H
#define CTL_TLSRPT_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/policy/policy.h"
#include "ctl/tlsrpt/tally.h"

#define ADVICE_CLEAN_DAYS 14 /* that are needed, the first and last included */
#define ADVICE_SESSIONS   20 /* in them */
#define ADVICE_STALE_DAYS 7  /* an end of the reports that lies longer back is one */
#define ADVICE_LINES_MAX  16

enum advice_verdict {
    ADVICE_SAFE,     /* enforce is safe now */
    ADVICE_WAIT,     /* nothing hinders, but there is not enough of it yet */
    ADVICE_HINDERED, /* enforce would have lost mail */
    ADVICE_STALE,    /* the reports ended: nothing is known of now */
    ADVICE_NO_STS,   /* no sender has seen a policy */
    ADVICE_KEEP,     /* the policy enforces, and loses nothing */
    ADVICE_LOSES,    /* the policy enforces, and mail is refused */
};
const char *advice_verdict_name(enum advice_verdict verdict); /* "safe" */

/* Days are since the epoch, UTC. */
struct advice {
    enum advice_verdict verdict;
    bool has_mode;
    enum policy_mode mode; /* of the newest policy that a sender named */
    int first_day;         /* 0: no report with a session that MTA-STS is about */
    int last_day;
    int reported_days;      /* that have such a report */
    int clean_days;         /* up to the last one, since a failure that enforce turns into a loss */
    int64_t clean_sessions; /* in them */
    int ready_day;          /* on which the clean days suffice, if nothing comes between; or 0 */
    /* Failures of the last ADVICE_CLEAN_DAYS that enforce turns into a loss, by MX and kind. */
    struct tally_facts hindrances;
    const char *lines[ADVICE_LINES_MAX]; /* sentences, the verdict first */
    size_t line_count;
    struct arena arena;
};

/* Judges all facts of one domain, sorted or not; borrows their texts. today: for what lies back too
 * far. Pure. Returns 0, or -1 with why. Free it in either case. */
int advice_make(struct advice *out, const struct tally_fact *facts, size_t count, int today,
                struct error *why);
void advice_free(struct advice *advice);

#endif
