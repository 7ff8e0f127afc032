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
#define REPORT_HASH_MAX     65                     /* SHA-256, as text */
#define REPORT_TEXT_MAX     253                    /* bytes of a name; longer ones are cut */
enum report_kind { REPORT_STS, REPORT_TLSA, REPORT_NO_POLICY, REPORT_OTHER_KIND };

/* All texts are printable ASCII; other characters have become question marks. */
struct report_failure {
    const char *type;     /* result-type; "" where there is none */
    const char *reason;   /* failure-reason-code; "" where there is none */
    const char *mx;       /* in lower case; "" where none is named; may be no host name */
    const char *wildcard; /* that covers one label and would match mx if it covered more; or "" */
    const char *ip, *sender_ip, *helo; /* receiving-ip, sending-mta-ip, receiving-mx-helo; or "" */
    bool outside; /* mx is a host name, and no mx line of the policy that was used matches it */
    int64_t sessions;
};

struct report_policy {
    enum report_kind kind;
    const char *domain; /* in lower case; "" where nothing names it */
    bool has_mode;      /* the sender says which policy it used */
    enum policy_mode mode;
    const char **patterns; /* its mx lines and mx-host, in lower case */
    size_t pattern_count;
    const char *mx_of; /* the domain of which this entry's domain is an MX host; "": of none */
    int64_t successes;
    int64_t failures; /* at least as many as those of the details */
    struct report_failure *details;
    size_t count;
};

/* Who vouches for a report. */
enum report_trust {
    REPORT_TRUST_FILE, /* a file by itself: who put it there */
    REPORT_TRUST_DKIM, /* a mail whose DKIM signature passed for the sender's domain */
    REPORT_TRUST_NONE, /* any other mail (RFC 8460 section 3: it must be ignored) */
};

struct report {
    enum report_trust trust;        /* set by the caller of report_parse, as is signer */
    const char *signer;             /* the domain that signed; NULL or "": none */
    char content[REPORT_HASH_MAX];  /* equal only for copies of one report */
    char identity[REPORT_HASH_MAX]; /* equal for the same organisation and id */
    const char *organisation;       /* "(not named)" unless is_named */
    bool is_named;
    const char *id;     /* "" where there is none */
    int day, start_day; /* since the epoch, UTC; the second: on which its range begins */
    struct report_policy *policies;
    size_t count;
    unsigned oddities;         /* bits, by enum report_oddity of report_oddity.h */
    size_t folded;             /* failures that report_fold has summed */
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
