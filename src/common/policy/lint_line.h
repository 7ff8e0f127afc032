/* SPDX-License-Identifier: ISC */
/* lint_line: judges the bytes of one line of a policy file: control bytes, bytes that are not
 * ASCII, blanks around a value. Only lint's own modules include this. */
#ifndef COMMON_POLICY_LINT_LINE_H
#define COMMON_POLICY_LINT_LINE_H

#include "common/base/span.h"
#include "common/policy/lint_value.h"

/* Report bytes that the value of this key, or a line (LINT_KEY_OTHER), must not hold, each kind
 * once. Return whether there are any. */
bool lint_line_control_bytes(struct lint_judge *judge, enum lint_key key, struct span line);
bool lint_line_non_ascii(struct lint_judge *judge, enum lint_key key, struct span value);

/* Judges what stands around a value that is not empty; padded is all that follows the colon. */
void lint_line_blanks(struct lint_judge *judge, struct span name, struct span padded);

/* The key of a line, blanks and letter case aside; LINT_KEY_OTHER of a line with another one. */
enum lint_key lint_line_key(struct span line);

/* Whether the key of the line is spelt just so, in the first column, with its colon behind it. */
bool lint_line_is_exact(struct span line, enum lint_key key);

/* Takes the next line, without its end, out of *rest; false behind the last. */
bool lint_line_next(struct span *line, struct span *rest);

/* Whether the text is one line, in which keys stand behind "\n" as it is written in code. */
bool lint_line_has_literal_ends(struct span text);

#endif
