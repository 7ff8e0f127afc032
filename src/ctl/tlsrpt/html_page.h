/* SPDX-License-Identifier: ISC */
/* html_page: what is shown of a tally, as one page of HTML in one file, for a browser. */
#ifndef CTL_TLSRPT_HTML_PAGE_H
#define CTL_TLSRPT_HTML_PAGE_H

#include "ctl/tlsrpt/totals.h"

#define HTML_DOMAINS_MAX 1000 /* that have a part of their own: those that need most */

/* Writes the file, which is replaced as a whole; its mode is 0644 less the umask, or that of the
 * old file. It loads nothing, and its Content-Security-Policy forbids all but its one style sheet.
 * Returns 0, or -1 with why. */
int html_page_write(const struct totals *totals, const char *path, struct error *why);

#endif
