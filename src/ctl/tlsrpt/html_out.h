/* SPDX-License-Identifier: ISC */
/* html_out: writes HTML: markup of ours, and in it texts from outside, escaped. */
#ifndef CTL_TLSRPT_HTML_OUT_H
#define CTL_TLSRPT_HTML_OUT_H

#include <stdint.h>
#include <stdio.h>

/* The one function by which a text that is not ours comes into a page: what HTML reads in any
 * place becomes an entity, what cannot be shown a question mark. */
void html_text(FILE *out, const char *text);

/* Writes markup. Each %s goes through html_text; %d, %ld and PRId64 are for people, with commas:
 * "12,345"; %u and %zu are plain, for attributes. There is nothing else but %%. */
void html_put(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "2026-11-21 to 2026-11-28", or the one day. */
void html_days(FILE *out, int first, int last);

#endif
