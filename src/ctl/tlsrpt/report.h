/* SPDX-License-Identifier: ISC */
/* report: one TLS report (RFC 8460 section 4), read from its JSON, hostile or merely odd. */
#ifndef CTL_TLSRPT_REPORT_H
#define CTL_TLSRPT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/policy/policy.h"

#define REPORT_POLICIES_MAX 1000
#define REPORT_COUNT_MAX    INT64_C(1000000000000) /* sessions in one number */
#define REPORT_TEXT_MAX     253                    /* bytes of a name; longer ones are cut */

/* policy-type */
enum report_kind {
    REPORT_STS,
    REPORT_TLSA,
    REPORT_NO_POLICY,
    REPORT_OTHER_KIND,
};

/* All texts are printable ASCII; other characters have become question marks. */
struct report_failure {
    const char *type;   /* result-type; "" where there is none */
    const char *reason; /* failure-reason-code; "" where there is none */
    const char *mx;     /* in lower case; "" where none is named */
    bool outside;       /* no mx of the policy that the sender used matches the MX */
    int64_t sessions;
};

struct report_policy {
    enum report_kind kind;
    const char *domain; /* in lower case; "" where nothing names it */
    bool has_mode;      /* the sender says which policy it used */
    enum policy_mode mode;
    int64_t successes;
    int64_t failures; /* at least as many as those of the details */
    struct report_failure *details;
    size_t count;
};

struct report {
    const char *organisation;
    const char *id; /* "" where there is none */
    int day;        /* since the epoch, UTC */
    struct report_policy *policies;
    size_t count;
    unsigned oddities;         /* bits, by enum report_oddity of report_oddity.h */
    size_t left_out;           /* policies that could not be read */
    struct error why_left_out; /* of the first */
    struct arena arena;
};

/* domain: for which the report is where it does not say so itself, or NULL. now: seconds since the
 * epoch; a report of days to come is refused. Returns 0, or -1 with why; *out is {0} then. */
int report_parse(struct report *out, const char *json, size_t length, const char *domain,
                 int64_t now, struct error *why);
void report_free(struct report *report);

#endif
