/* SPDX-License-Identifier: ISC */
/* digest_text: writes a digest as lines, for the journal, a terminal or a mail. */
#ifndef CTL_WATCH_DIGEST_TEXT_H
#define CTL_WATCH_DIGEST_TEXT_H

#include <stdio.h>

#include "ctl/watch/digest.h"

/* A line for each drift that is told in full, one that counts the rest, and one with the sums; all
 * printable. prioritised: each begins with "<N>", for the journal (sd-daemon(3)): 3 for an error, 4
 * for a warning, 5 for an end, 6 for the sums. */
void digest_text_write(const struct digest *digest, bool prioritised, FILE *out);

/* The same as paragraphs of at most 76 columns, with the worst first and what to do on a line of
 * its own. For a mail. */
void digest_text_write_mail(const struct digest *digest, FILE *out);

/* "example.com: certificate began", "3 drifts began, 1 ended". Returns out. */
const char *digest_text_subject(const struct digest *digest, char *out, size_t size);

#endif
