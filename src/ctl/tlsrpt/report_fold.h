/* SPDX-License-Identifier: ISC */
/* report_fold: bounds the failures of a report that has more of them than a sender's day can. */
#ifndef CTL_TLSRPT_REPORT_FOLD_H
#define CTL_TLSRPT_REPORT_FOLD_H

#include "ctl/tlsrpt/report.h"

#define REPORT_FAILURES_MAX 1000 /* different ones of a report that are kept apart */
#define REPORT_FOLDED_LEAST 10   /* of a policy, however many policies there are */
#define REPORT_FOLDED       "one of more than 1000 different failures of a report"

/* Where there are more, equal failures are joined; then each policy keeps its share of them, those
 * with the most sessions. The others become one for each type that RFC 8460 knows, and one for all
 * other types, with REPORT_FOLDED as the reason and without a host; report->folded counts them. No
 * session is lost. Pure. */
void report_fold(struct report *report);

#endif
