/* SPDX-License-Identifier: ISC */
/* check_state: what was seen of a domain in earlier runs, kept in a file for each. */
#ifndef CTL_CHECK_CHECK_STATE_H
#define CTL_CHECK_CHECK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/policy/policy.h"
#include "common/policy/policyid.h"

#define CHECK_STATE_ID_MAX 33 /* bytes that hold any id of a record, and its NUL */

/* {0} is of a domain of which no policy was ever seen. Times are seconds since the epoch. */
struct check_state {
    bool known;
    char id[CHECK_STATE_ID_MAX];      /* of the record; empty: there was none */
    char digest[POLICYID_LENGTH + 1]; /* of the bytes first seen with this id */
    enum policy_mode mode;
    uint32_t max_age;   /* of what was served until the next look, perhaps; 0: mode none */
    int64_t mode_since; /* when this mode was first seen, without another since */
    int64_t
        held_until; /* a sender may hold a policy of another mode than none so long; 0: not known */
    uint32_t held_max_age; /* of that policy */
    int64_t last;          /* the last look, by the clock that was believed */
    unsigned behind;  /* looks in a row, by a clock that is a day or more behind the last one */
    int64_t gap_from; /* more than two days without a look, the latest ones; 0 and 0: none */
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

/* The state to keep, out of an earlier one (which may be *out) and what is seen now. Returns 0, or
 * -1 with why. */
int check_state_update(struct check_state *out, const struct check_state *before,
                       const struct check_state_now *now, struct error *why);

/* When a policy of mode none and its record may go, since no sender holds what was served before it
 * (RFC 8461 section 8.3): ends of days, in UTC. */
struct check_state_removal {
    int64_t at;     /* 0: it was not seen what was served before */
    int64_t latest; /* not before at; later where another policy may have been served in a gap */
};

/* Returns false when the mode is another. Pure. */
bool check_state_removal(struct check_state_removal *out, const struct check_state *state);

/* DIRECTORY/DOMAIN.json; a file that is not there is an empty state. Return 0, or -1 with why. */
int check_state_load(struct check_state *out, const char *directory, const char *domain,
                     struct error *why);
int check_state_save(const struct check_state *state, const char *directory, const char *domain,
                     struct error *why);

#endif
