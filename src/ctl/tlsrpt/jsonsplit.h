/* SPDX-License-Identifier: ISC */
/* jsonsplit: the objects of a text that holds several: one a line, one behind the other, a list. */
#ifndef CTL_TLSRPT_JSONSPLIT_H
#define CTL_TLSRPT_JSONSPLIT_H

#include <stdbool.h>
#include <stddef.h>

/* Takes the next object off the front of the text, with blanks, commas and brackets of lists around
 * it; what is no object is taken as a whole, up to the end. Looks at quotes and braces alone: an
 * object may still be no JSON. Returns whether there was anything but those. */
bool jsonsplit_next(const char **text, size_t *left, const char **object, size_t *length);

#endif
