/* SPDX-License-Identifier: ISC */
/* rows_limits: what clients meet that can do less than the best one. */
#ifndef CTL_CHECK_ROWS_LIMITS_H
#define CTL_CHECK_ROWS_LIMITS_H

#include "ctl/check/rows_say.h"

/* That a server offers TLS 1.3 alone, and of whom it is not known whether that will do. */
void rows_say_tls13_only(const struct rows_check *check, const char *where);

/* What is wrong with the certificate that some clients get, beside the one that was judged: at TLS
 * 1.2, and for the other kind of key. Nothing is said of a chain that could not be had. */
void rows_say_other_chain(const struct rows_check *check, const char *where,
                          const struct peer *usual, const struct peer *tls12,
                          const struct peer *other_keys);

#endif
