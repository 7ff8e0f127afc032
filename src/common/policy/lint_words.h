/* SPDX-License-Identifier: ISC */
/* lint_words: the words of a policy as they are written by mistake, and what they mean: translated,
 * in other letter case, several in one value. Only lint's own modules include this. */
#ifndef COMMON_POLICY_LINT_WORDS_H
#define COMMON_POLICY_LINT_WORDS_H

#include "common/base/span.h"
#include "common/policy/lint_value.h"

/* The letter case of ASCII aside, whatever the locale. */
bool lint_words_alike(struct span a, struct span b);

/* The key that is meant, LINT_KEY_OTHER where none clearly is; and its right spelling. */
enum lint_key lint_words_key(struct span word);
const char *lint_words_key_name(enum lint_key key);

/* Whether it is clear which mode is meant. */
bool lint_words_mode(enum policy_mode *out, struct span word);

/* How many host names in full the value consists of, and how many numbers beside them, split at
 * blanks and commas; 0 names where it holds anything else. */
size_t lint_words_names(struct span value, size_t *numbers);

/* Of a value that is no MX pattern for its hyphens: whether they are in labels of "xn--" alone,
 * which mox takes (RFC 5890 section 2.3.1 has none). */
bool lint_words_bare_prefix(struct span value);

#endif
