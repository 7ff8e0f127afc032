/* SPDX-License-Identifier: ISC */
/* finding_out: writes findings, in columns or as JSON. */
#ifndef CTL_BASE_FINDING_OUT_H
#define CTL_BASE_FINDING_OUT_H

#include <jansson.h>

#include "common/base/finding.h"

/* Writes a row for each to stdout: place, severity, rule, sentence; nothing where there is none.
 * Returns 0, or -1 when out of memory. */
int findings_write(const struct findings *all);

/* An array of {"where", "line" (or null), "rule", "severity", "problem", "sender" (or null),
 * "advice" (or null)}; NULL when out of memory. finding_json makes one of them. */
json_t *findings_json(const struct findings *all);
json_t *finding_json(const struct finding *finding);

#endif
