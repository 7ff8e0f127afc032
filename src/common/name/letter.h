/* SPDX-License-Identifier: ISC */
/* letter: which letters of other scripts are valid in an A-label as they are, and their lower case.
 * */
#ifndef COMMON_NAME_LETTER_H
#define COMMON_NAME_LETTER_H

#include <stdint.h>

/* The code point in lower case, or 0 where that is not certain: no letter, one that RFC 5892
 * disallows or that has a second spelling, or of a script that is not known here. Asks no locale:
 * the sandbox keeps its files away, and a container has none. */
uint32_t letter_lower(uint32_t point);

#endif
