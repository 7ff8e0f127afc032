/* SPDX-License-Identifier: ISC */
/* journal: whether a stream leads to the journal, whose lines may begin with a priority. */
#ifndef CTL_BASE_JOURNAL_H
#define CTL_BASE_JOURNAL_H

#include <stdbool.h>
#include <stdio.h>

/* As $JOURNAL_STREAM says (systemd.exec(5)): "<3>" at the begin of a line is its priority then
 * (sd-daemon(3)). */
bool journal_has(FILE *stream);

#endif
