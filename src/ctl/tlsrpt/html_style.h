/* SPDX-License-Identifier: ISC */
/* html_style: the one style sheet of the page, which its policy names by its hash. */
#ifndef CTL_TLSRPT_HTML_STYLE_H
#define CTL_TLSRPT_HTML_STYLE_H

extern const char html_style[];

#endif
