/* SPDX-License-Identifier: ISC */
/* punycode: names the A-labels of a name written in UTF-8 (RFC 3492, encoding only), so that a
 * refusal can say what to write instead. */
#ifndef COMMON_NAME_PUNYCODE_H
#define COMMON_NAME_PUNYCODE_H

#include <stddef.h>

/* Writes the name with each label that is not ASCII as its A-label, all in lower case, NUL-ended.
 * Returns 0, or -1, with out empty, when that cannot be done for certain: invalid UTF-8, a code
 * point that letter_lower is not certain of, a result longer than size. */
int punycode_name(char *out, size_t size, const char *bytes, size_t length);

#endif
