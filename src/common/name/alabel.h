/* SPDX-License-Identifier: ISC */
/* alabel: whether a label in ASCII can be a label of an internationalised name (RFC 5891). */
#ifndef COMMON_NAME_ALABEL_H
#define COMMON_NAME_ALABEL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether any label of the name, in any letter case, is certainly none that RFC 5891 allows:
 * hyphens in places 3 and 4 without "xn" before them (section 4.2.3.1), or behind "xn--" what
 * RFC 3492 cannot decode, or decodes to what no label holds. "xn--" alone passes. Pure; safe on
 * hostile bytes. */
bool alabel_is_refused(const char *name, size_t length);

#endif
