/* SPDX-License-Identifier: ISC */
/* mxday: whether the MX records of a domain may change now, or from which day on. */
#ifndef CTL_SEEN_MXDAY_H
#define CTL_SEEN_MXDAY_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/seen/coverage.h"
#include "ctl/seen/lastseen.h"

enum mxday_kind {
    MXDAY_NOW,    /* nobody can hold an older policy */
    MXDAY_LATER,  /* somebody may, up to answer.until */
    MXDAY_SERVED, /* nothing shows that an older one is not served any more */
};

/* Times are seconds since the epoch. */
struct mxday {
    enum mxday_kind kind;
    int64_t until; /* nobody holds an older policy after that */
    int64_t day;   /* of MXDAY_LATER and MXDAY_SERVED: the first whole day after that, in UTC */
    int64_t from;  /* when what decides may have been fetched last */
    uint32_t max_age;
    const struct lastseen_policy *policy; /* that decides; NULL: none that is in the log */
    const struct gap *gap; /* why from is later than its last fetch; NULL: it is not */
};

/* What is asked. */
struct mxday_question {
    const struct coverage *coverage;
    const struct lastseen *lastseen;
    const struct lastseen_domain *domain; /* NULL: nobody fetched it */
    const unsigned char *present;         /* id of its policy in the configuration; NULL: none */
    uint32_t max_age;                     /* of that */
    int64_t served_since; /* all servers have the configuration since then; 0: not known */
};

/* No family counts, so that none can be forged to a purpose: who fetched is the same to it. */
void mxday_make(struct mxday *out, const struct mxday_question *question);

/* Whether the policy is an older one, which senders obey: of mode none they need nothing. */
bool mxday_counts(const struct mxday_question *question, const struct lastseen_policy *policy);

/* Until when somebody may hold this older policy, and why. */
void mxday_judge(struct mxday *out, const struct mxday_question *question,
                 const struct lastseen_policy *policy);

#endif
