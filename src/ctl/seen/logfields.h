/* SPDX-License-Identifier: ISC */
/* logfields: the fields of a line of the access log, found by their keys. */
#ifndef CTL_SEEN_LOGFIELDS_H
#define CTL_SEEN_LOGFIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"

/* What they say, without quotes; {0} where there is none. Borrowed. */
struct logfields {
    struct span time, host, status, id, mode, max_age, line, sender, access_log, cause, policies;
    bool is_incomplete;
};

/* Reads "key=value", "key="value"" and "word", each with a blank between them. Returns false where
 * something else stands, or where one of these keys comes twice. */
bool logfields_read(struct logfields *out, const char *bytes, size_t length);

#endif
