/* SPDX-License-Identifier: ISC */
/* check_state: what earlier runs of `check` found of a domain, in one file for each domain. */
#ifndef CTL_CHECK_CHECK_STATE_H
#define CTL_CHECK_CHECK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/policy/policy.h"
#include "common/policy/policyid.h"

#define CHECK_STATE_ID_MAX 33 /* bytes that hold any id of a record, and its NUL */

/* {0}: no policy of the domain was ever seen. Times are seconds since the epoch. */
struct check_state {
    bool known;
    char id[CHECK_STATE_ID_MAX];      /* of the record; empty: there was none */
    char digest[POLICYID_LENGTH + 1]; /* of the bytes first seen with this id */
    enum policy_mode mode;
    uint32_t max_age; /* of the last policy, which may be served until the next run; 0: mode none */
    int64_t mode_since;    /* when this mode was first seen, without another since */
    int64_t held_until;    /* until when a sender may cache a policy with a mode other than none; 0:
                              unknown */
    uint32_t held_max_age; /* of that policy */
    int64_t last;          /* time of the last run, by a plausible clock */
    unsigned behind;       /* runs in a row whose clock is a day or more behind the last one */
    int64_t gap_from;      /* the latest gap of more than two days between runs; 0 and 0: none */
    int64_t gap_to;
};

/* A policy as it is seen now. */
struct check_state_now {
    const struct policy *policy;
    const char *bytes;
    size_t length;
    const char *id; /* empty: no record */
    int64_t now;
};

/* Computes the new state from an earlier one (which may be *out) and what is seen now. Returns 0,
 * or -1 with why. */
int check_state_update(struct check_state *out, const struct check_state *before,
                       const struct check_state_now *now, struct error *why);

/* When a policy of mode none and its record may be removed, as no sender caches an earlier policy
 * any more (RFC 8461 section 8.3): ends of days, in UTC. */
struct check_state_removal {
    int64_t at;     /* 0: unknown, as the earlier policy was not seen */
    int64_t latest; /* at or later, in case another policy was served in a gap */
};

/* Returns false if the mode is not none. Pure. */
bool check_state_removal(struct check_state_removal *out, const struct check_state *state);

/* DIRECTORY/DOMAIN.json; a missing file is an empty state. Return 0, or -1 with why. */
int check_state_load(struct check_state *out, const char *directory, const char *domain,
                     struct error *why);
int check_state_save(const struct check_state *state, const char *directory, const char *domain,
                     struct error *why);

#endif
