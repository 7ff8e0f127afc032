/* SPDX-License-Identifier: ISC */
/* finding_out: writes findings, in columns or to a writer. */
#ifndef CTL_BASE_FINDING_OUT_H
#define CTL_BASE_FINDING_OUT_H

#include "common/base/finding.h"
#include "ctl/base/writer.h"

/* Writes a row for each to stdout: place, severity, rule, sentence; nothing where there is none.
 * Returns 0, or -1 when out of memory. */
int findings_write(const struct findings *all);

/* The same as lines, "PLACE:LINE: SEVERITY: RULE: SENTENCE". */
int findings_write_lines(const struct findings *all, FILE *out);

/* The member "findings", a list of {"where", "line" (or null), "rule", "severity", "problem",
 * "sender" (or null), "advice" (or null)}. */
void findings_put(const struct findings *all, struct writer *writer);

/* The members "errors", "warnings" and "notes", counted over any number of findings. */
void findings_put_counts(size_t errors, size_t warnings, size_t notes, struct writer *writer);

#endif
