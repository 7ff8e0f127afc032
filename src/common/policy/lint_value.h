/* SPDX-License-Identifier: ISC */
/* lint_value: judges the fields of a policy, each alone and all together, however they came. Only
 * lint's own modules include this. */
#ifndef COMMON_POLICY_LINT_VALUE_H
#define COMMON_POLICY_LINT_VALUE_H

#include "common/base/span.h"
#include "common/policy/lint_judge.h"

/* The keys of RFC 8461 section 3.2, in the order that checkers want. */
enum lint_key {
    LINT_KEY_VERSION,
    LINT_KEY_MODE,
    LINT_KEY_MX,
    LINT_KEY_MAX_AGE,
    LINT_KEY_OTHER,
};

#define LINT_KEYS        4   /* those that a policy must have */
#define LINT_MX_COMPARED 512 /* patterns looked at for duplicates; so many warn by their size */

/* What was seen of a policy so far. */
struct lint_fields {
    bool exact[LINT_KEYS]; /* a line somewhere has this very key, in the first column */
    bool real[LINT_KEYS];  /* a line somewhere in the policy has the key, in any letter case */
    size_t mx_lines;       /* that have the key mx */
    bool seen[LINT_KEYS];
    bool mode_known;
    enum policy_mode mode;
    bool max_age_known;
    uint32_t max_age;
    unsigned max_age_line;
    size_t mx_count;
    struct span *mx; /* room for LINT_MX_COMPARED sound ones, lent by who judges */
    size_t mx_kept;
};

/* Which key this is; what is wrong with it is reported. A key that is clearly meant counts, unless
 * it is translated and the real one is there too: no sender reads it then. */
enum lint_key lint_value_key(struct lint_judge *judge, const struct lint_fields *fields,
                             struct span key);

/* Whether the value of a key that stands once is one that senders read. */
bool lint_value_is_sound(enum lint_key key, struct span value);

/* Each judges one value, which is not empty, and keeps what the judgement of the whole needs. */
void lint_value_version(struct lint_judge *judge, struct span value);
void lint_value_mode(struct lint_judge *judge, struct lint_fields *fields, struct span value);
void lint_value_mx(struct lint_judge *judge, struct lint_fields *fields, struct span value);
void lint_value_max_age(struct lint_judge *judge, struct lint_fields *fields, struct span value);

/* Judges the size in bytes alone; text_length as below. */
void lint_value_size(struct lint_judge *judge, size_t length, size_t text_length);

/* Judges what only the whole shows: missing fields, max_age against mode, the size in bytes, and
 * how many of them there are up to the end of the last value. */
void lint_value_whole(struct lint_judge *judge, const struct lint_fields *fields, size_t length,
                      size_t text_length);

#endif
