/* SPDX-License-Identifier: ISC */
/* punycode: RFC 3492: the A-labels of a name written in UTF-8, so that a message can say what to
 * write instead, and the code points of an A-label. */
#ifndef COMMON_NAME_PUNYCODE_H
#define COMMON_NAME_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"

#define PUNYCODE_POINTS_MAX 63 /* characters of a label, RFC 1035 section 2.3.4 */

/* Writes the name with each label that is not ASCII as its A-label, all in lower case, NUL-ended.
 * Returns 0, or -1, with out empty, when that cannot be done for certain: invalid UTF-8, a code
 * point that letter_lower is not certain of, a result longer than size. */
int punycode_name(char *out, size_t size, const char *bytes, size_t length);

/* Decodes what follows "xn--" in a label. Returns the number of code points, or -1 when text is not
 * Punycode or gives more than PUNYCODE_POINTS_MAX. Safe on hostile bytes. */
int punycode_decode(uint32_t points[PUNYCODE_POINTS_MAX], struct span text);

#endif
