/* SPDX-License-Identifier: ISC */
/* surveytext: writes the results of one domain as text. */
#ifndef CTL_CHECK_SURVEYTEXT_H
#define CTL_CHECK_SURVEYTEXT_H

#include "ctl/check/inspection.h"

/* To stdout: a line on the domain, one for each finding, and what the senders do. Returns 0, or -1
 * when out of memory. */
int surveytext_write(const struct inspection *item);

#endif
