/* SPDX-License-Identifier: ISC */
/* csvcell: writes one cell of a table in CSV (RFC 4180). */
#ifndef CTL_BASE_CSVCELL_H
#define CTL_BASE_CSVCELL_H

#include <stdio.h>

/* Quotes it where that is needed; what a spreadsheet would take for a formula gets an apostrophe in
 * front. */
void csvcell_write(FILE *out, const char *text);

#endif
