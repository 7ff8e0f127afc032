/* SPDX-License-Identifier: ISC */
/* sender_txt: which TXT records of _mta-sts a sender takes: columns of the table of senders. */
#ifndef COMMON_SENDERS_SENDER_TXT_H
#define COMMON_SENDERS_SENDER_TXT_H

#include <stdbool.h>

/* Which TXT records it takes; more than one may be set. */
struct sender_txt {
    bool any_case;      /* v=stsv1 */
    bool blank_front;   /* a blank before v=STSv1 */
    bool blank_version; /* a blank before the first semicolon */
    bool any_id;        /* other characters, or more than 32 of them */
    bool no_id;         /* an empty id, or none */
    bool empty_id;      /* an empty one */
    bool several;       /* takes one of several */
    bool lone;          /* takes none beside any other text */
    bool joined;        /* reads all texts as one: takes none beside one without `=` */
    bool counts_blank;  /* v=STSv1 ; beside counts as a second record */
    bool counts_bare;   /* v=STSv1 without a semicolon does */
    bool counts_longer; /* v=STSv10 does */
    bool counts_case;   /* v=stsv1 does */
    bool last_blank;    /* takes a blank behind the id */
    bool end_blank;     /* refuses one behind the last semicolon */
    bool two_ids;       /* takes a record with two */
    bool loose_fields;  /* takes empty and malformed fields beside the id */
    bool no_tab;        /* finds no id behind a tab */
};

#endif
