/* SPDX-License-Identifier: ISC */
/* tally_facts: sessions with all that they have in common; joined, sorted, summed. */
#ifndef CTL_TLSRPT_TALLY_FACTS_H
#define CTL_TLSRPT_TALLY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/report.h"

#define TALLY_MX_LINES_MAX 512     /* bytes of all mx lines of a policy, as they are shown */
#define TALLY_FACTS_MAX    2000000 /* different ones that are kept */

/* Texts are borrowed; none is NULL. */
struct tally_fact {
    const char *domain;
    enum report_kind kind;
    const char *organisation;
    const char *signer; /* the domain whose DKIM signature passed; "": none */
    const char *mx, *type, *reason, *wildcard; /* of a failure, as in struct report_failure */
    const char *ip, *sender_ip, *helo;         /* of a failure: MX, sender, the MX's HELO name */
    bool outside;  /* the policy that the sender used does not name the MX */
    bool failed;   /* a failure: successes are 0 */
    bool unproven; /* of a mail without a signature that passed */
    bool mx_host;  /* the domain is an MX host of another one */
    int day;       /* the day, or the Monday of the week whose sums these are */
    unsigned days; /* bit n: there were reports of day + n; of a sum by other keys nothing */
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
};

struct tally_facts {
    struct tally_fact *items;
    size_t count, room;
};

/* What a sum keeps apart. */
enum tally_key {
    TALLY_BY_DOMAIN = 1,
    TALLY_BY_KIND = 2,
    TALLY_BY_ORGANISATION = 4,
    TALLY_BY_MX = 8,
    TALLY_BY_TYPE = 16,
    TALLY_BY_FAILURE = 32, /* reason and outside; with TALLY_BY_TYPE */
    TALLY_BY_ADDRESS = 64, /* ip and sender_ip */
    TALLY_BY_DAY = 128,
    TALLY_BY_PROOF = 256,
    TALLY_BY_SIGNER = 512,
};

/* Keeps a copy; joins equal ones before it grows. Returns 0, or -1 with why. */
int tally_facts_keep(struct tally_facts *facts, const struct tally_fact *fact, struct error *why);

/* Sorts by all keys, in the order of the struct, the day last; joins what is equal in them, and
 * leaves out what became nothing. */
void tally_facts_finish(struct tally_facts *facts);

/* Sums facts by the keys; all else is blank in the result, which borrows texts. Pure. Returns 0, or
 * -1 with why; *out is {0} then. Free its items with free(3). */
int tally_sum(struct tally_facts *out, const struct tally_fact *facts, size_t count, unsigned keys,
              struct error *why);

/* a + b, INT64_MAX where that is too much; b may be negative. */
int64_t tally_add_up(int64_t a, int64_t b);

#endif
