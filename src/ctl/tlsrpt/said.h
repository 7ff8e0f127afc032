/* SPDX-License-Identifier: ISC */
/* said: what is wrong in files, said on stderr as it comes and kept; of each kind the first 20. */
#ifndef CTL_TLSRPT_SAID_H
#define CTL_TLSRPT_SAID_H

#include "common/base/finding.h"
#include "ctl/tlsrpt/report_oddity.h"

#define SAID_MOST 20 /* of a kind */

enum said_kind {
    SAID_BROKEN,   /* what cannot be read */
    SAID_LEFT_OUT, /* reports with policies that cannot be read */
    SAID_FULL,     /* reports that are not counted */
    SAID_EMPTY,    /* files of mails without a report */
    SAID_ODD,      /* and the oddity: of an organisation */
    SAID_KINDS = SAID_ODD + REPORT_ODDITIES,
};

/* {0} is valid and empty. */
struct said {
    struct findings findings;
    size_t counts[SAID_KINDS];
    char *beyond[SAID_KINDS]; /* the place of the first that was not said */
    enum severity severities[SAID_KINDS];
};

/* Says it, if there were not so many of its kind. Bytes that are no printable ASCII become question
 * marks. */
void said_add(struct said *said, enum said_kind kind, enum severity severity, const char *where,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Last: says of each kind how many more there were. */
void said_end(struct said *said);
void said_free(struct said *said);

#endif
