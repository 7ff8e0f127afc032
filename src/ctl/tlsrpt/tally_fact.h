/* SPDX-License-Identifier: ISC */
/* tally_fact: sessions with all that they have in common. */
#ifndef CTL_TLSRPT_TALLY_FACT_H
#define CTL_TLSRPT_TALLY_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/tlsrpt/report.h"

#define TALLY_MX_LINES_MAX 512 /* bytes of all mx lines of a policy, as they are shown */
#define TALLY_TREND_DAYS   14

/* Sessions of the last TALLY_TREND_DAYS, and of as many days before. */
struct tally_trend {
    int64_t good, failed, good_before, failed_before;
};

/* Texts are borrowed; none is NULL. */
struct tally_fact {
    const char *domain;
    const char *organisation;
    const char *signer; /* the domain whose DKIM signature passed; "": none */
    const char *mx, *type, *reason, *wildcard; /* of a failure, as in struct report_failure */
    const char *ip, *sender_ip, *helo;         /* of a failure: MX, sender, the MX's HELO name */
    enum report_kind kind;
    bool outside;  /* the policy that the sender used does not name the MX */
    bool failed;   /* a failure: successes are 0 */
    bool unproven; /* of a mail without a signature that passed */
    bool mx_host;  /* the domain is an MX host of another one */
    int day;       /* the day, or the Monday of the week whose sums these are */
    unsigned days; /* bit n: there were reports of day + n; of a sum by other keys nothing */
    int day_count; /* with evidence, of a fact that stands for days which days does not have */
    int first_day, last_day;
    bool has_mode; /* mode is that of the newest report which names it, mode_day its day */
    enum policy_mode mode;
    int mode_day;
    const char *mx_lines; /* the mx lines of that policy, ", " between them; may be NULL */
    /* Reports, each in one fact: of all; of the domain; of the domain and kind; unproven. */
    int64_t reports, domain_reports, kind_reports, unproven_reports;
    int64_t entries;             /* of policies in reports */
    int64_t successes, failures; /* sessions */
    int64_t evidence;            /* successes under a policy whose mx lines the sender names */
    struct tally_trend trend;
};

#endif
