/* SPDX-License-Identifier: ISC */
/* surveytext: writes the results of one domain as text. */
#ifndef CTL_CHECK_SURVEYTEXT_H
#define CTL_CHECK_SURVEYTEXT_H

#include "ctl/check/inspection.h"

/* To stdout: a line on the domain, one for each finding, and what the senders do. Returns 0, or -1
 * when out of memory. */
int surveytext_write(const struct inspection *item);

/* Addresses of mail hosts that were tried, and those that took a connection. {0}: none yet. */
struct surveytext_mail {
    size_t tried, reached;
};

void surveytext_count_mail(struct surveytext_mail *mail, const struct facts *facts);

/* To stdout, where none of several domains' mail hosts was reached: a line about this network. */
void surveytext_write_mail(const struct surveytext_mail *mail);

#endif
