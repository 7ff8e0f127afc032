/* SPDX-License-Identifier: ISC */
/* schedule: writes what a plan holds, in columns or as JSON. */
#ifndef CTL_CERTS_SCHEDULE_H
#define CTL_CERTS_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/certs/plan.h"

/* To stdout. Returns 0, or -1 when it cannot be written. */
int schedule_write(const struct plan *plan, const struct pace *pace, const struct ari *ari,
                   unsigned per_hour, bool json, int64_t now);

#endif
