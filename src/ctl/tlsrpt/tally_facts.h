/* SPDX-License-Identifier: ISC */
/* tally_facts: sessions with all that they have in common; joined, sorted, summed. */
#ifndef CTL_TLSRPT_TALLY_FACTS_H
#define CTL_TLSRPT_TALLY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/tally_fact.h"

#define TALLY_FACTS_MAX 2000000 /* different ones that are kept */

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

/* Adds the numbers of a fact, and what else a sum of both has; the keys stay. */
void tally_join(struct tally_fact *into, const struct tally_fact *fact);

void tally_add_trend(struct tally_trend *trend, int day, int today, int64_t good, int64_t failed);

/* a + b, INT64_MAX where that is too much; b may be negative. */
int64_t tally_add_up(int64_t a, int64_t b);

#endif
