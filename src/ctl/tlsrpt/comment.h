/* SPDX-License-Identifier: ISC */
/* comment: skips the comments of a mail's header field (RFC 5322 section 3.2.2); pure. */
#ifndef CTL_TLSRPT_COMMENT_H
#define CTL_TLSRPT_COMMENT_H

/* Skips the comment that begins at the text's first character, a '('; it may hold others. Returns
 * what follows, or NULL where it does not end. */
const char *comment_skip(const char *at);

/* Skips blanks, line ends and comments. Returns what follows, or NULL where a comment does not
 * end. */
const char *comment_skip_all(const char *at);

#endif
