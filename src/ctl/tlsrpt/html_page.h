/* SPDX-License-Identifier: ISC */
/* html_page: what is shown of a tally, as one page of HTML in one file, for a browser. */
#ifndef CTL_TLSRPT_HTML_PAGE_H
#define CTL_TLSRPT_HTML_PAGE_H

#include "ctl/tlsrpt/html_domain.h"
#include "ctl/tlsrpt/totals.h"

#define HTML_DOMAINS_MOST 300 /* that have a part of their own, if not said otherwise */

struct html_page {
    const struct totals *totals;
    const char *path;
    size_t most;                /* domains that have a part of their own: those that need most */
    struct html_brief *domains; /* all */
    size_t count;
    size_t shown; /* that have a part, once the page is written */
    int first_day, last_day;
};

/* Set the first three members; all else is 0. At the end of totals_read the file is written, which
 * is replaced as a whole; its mode is 0644 less the umask, or that of the old file. It loads
 * nothing, and its Content-Security-Policy forbids all but its one style sheet. */
struct totals_also html_page_also(struct html_page *page);

void html_page_free(struct html_page *page);

#endif
