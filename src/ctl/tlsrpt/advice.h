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
#include "ctl/tlsrpt/tally_facts.h"

#define ADVICE_CLEAN_DAYS  14 /* without a failure, the first and last included; and the window */
#define ADVICE_RECENT_DAYS 10 /* of the last 14 that have reports of sessions under a policy */
#define ADVICE_SESSIONS    20 /* under a policy, in the last 14 days */
#define ADVICE_SENDERS     2  /* that had them */
#define ADVICE_STALE_DAYS  7  /* without reports, after which nothing is known of now */
#define ADVICE_SILENT_DAYS 90 /* for which a sender that saw a failure last is waited for */
#define ADVICE_LINES_MAX   24

enum advice_verdict {
    ADVICE_SAFE,      /* enforce is safe now */
    ADVICE_WAIT,      /* nothing hinders, but there is not enough of it yet */
    ADVICE_HINDERED,  /* enforce would have lost mail */
    ADVICE_STALE,     /* the reports ended: nothing is known of now */
    ADVICE_NO_STS,    /* no sender has seen a policy, or its mode is none */
    ADVICE_KEEP,      /* the policy enforces, and loses nothing */
    ADVICE_LOSES,     /* the policy enforces, and mail is refused */
    ADVICE_UNFETCHED, /* no sender could fetch a valid policy lately */
    ADVICE_DANE,      /* only DANE was reported, of a domain or an MX host */
    ADVICE_MX_HOST,   /* the name is that of an MX host, to which MTA-STS does not apply */
};
const char *advice_verdict_name(enum advice_verdict verdict); /* "safe" */

/* Days are since the epoch, UTC. Only reports with proof count (enum report_trust). */
struct advice {
    enum advice_verdict verdict;
    bool has_mode;
    enum policy_mode mode; /* of the newest policy that a sender named */
    int newest_day;        /* of the reports; 0: there is none */
    int first_day;         /* with a session under a policy, or a failure that hinders; 0: none */
    int last_day;
    int reported_days;       /* that have such sessions */
    int clean_days;          /* up to the last one, since a failure that hinders */
    int64_t clean_sessions;  /* in them */
    int recent_days;         /* of the last ADVICE_CLEAN_DAYS with sessions under a policy */
    int64_t recent_sessions; /* in them */
    int ready_day;           /* when the clean days suffice, if nothing comes between; or 0 */
    int unfetched_since;     /* the first day on which the policy could only not be fetched; or 0 */
    int64_t unfetched;       /* sessions since then that had no policy */
    int64_t unproven;        /* reports that were left out: see enum report_trust */
    struct tally_facts hindrances; /* failures that hinder, by MX and kind */
    struct tally_facts senders;    /* of the recent sessions, by organisation or signing domain */
    struct tally_facts silent;     /* senders that saw a failure last, and then fell silent */
    struct tally_facts repeated; /* by MX and type: entries days, first to last; see advice_days */
    const char *lines[ADVICE_LINES_MAX]; /* sentences, the verdict first */
    size_t line_count;
    struct arena arena;
};

/* Judges all facts of one domain, sorted or not; borrows their texts. today: for what is too old.
 * Pure. Returns 0, or -1 with why. Free it in either case. */
int advice_make(struct advice *out, const struct tally_fact *facts, size_t count, int today,
                struct error *why);
void advice_free(struct advice *advice);

#endif
