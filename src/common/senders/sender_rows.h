/* SPDX-License-Identifier: ISC */
/* sender_rows: the parts of the table of senders, and the words that its cells are written in. Only
 * the table's own files include this. */
#ifndef COMMON_SENDERS_SENDER_ROWS_H
#define COMMON_SENDERS_SENDER_ROWS_H

#include "common/senders/sender.h"

/* A cell: what becomes of the mail, the codes, what the log says. */
#define ACT(ground, end, deferred, returned, log)                                                  \
    {                                                                                              \
        SENDER_##ground, SENDER_##end, false, deferred, returned, log                              \
    }
#define LAST_ACT(ground, end, deferred, returned, log)                                             \
    {                                                                                              \
        SENDER_##ground, SENDER_##end, true, deferred, returned, log                               \
    }

#define POSTFIX_ROWS 4
extern const struct sender sender_postfix_rows[POSTFIX_ROWS];
#define SINGLE_ROWS 6
extern const struct sender sender_single_rows[SINGLE_ROWS];
#define LIBRARY_ROWS 5
extern const struct sender sender_library_rows[LIBRARY_ROWS];
#define OTHER_ROWS 5
extern const struct sender sender_other_rows[OTHER_ROWS];

#endif
