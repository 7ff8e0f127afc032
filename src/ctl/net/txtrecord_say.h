/* SPDX-License-Identifier: ISC */
/* txtrecord_say: reports findings about a TXT record, and splits its fields. Private to txtrecord.
 */
#ifndef CTL_NET_TXTRECORD_SAY_H
#define CTL_NET_TXTRECORD_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"
#include "ctl/net/txtrecord.h"

#define TXTRECORD_SHOWN 64 /* bytes that hold what is quoted of a record, and its NUL */

/* Where findings go. */
struct txtrecord_judge {
    txtrecord_report *report;
    void *context;
    bool failed;      /* an error was among them */
    bool names_all;   /* whom is said with warnings, too */
    const char *whom; /* the senders that find no record here, for each error; NULL: not said */
};

/* Reports one. advice is a literal; the format makes the problem. */
void txtrecord_say(struct txtrecord_judge *judge, const char *row, enum severity severity,
                   const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The text in printable ASCII, the rest as question marks, cut with "...". Returns out. */
const char *txtrecord_show(char out[TXTRECORD_SHOWN], struct span text);

/* Splits NAME=VALUE, both by the syntax that RFC 8461 section 3.1 and RFC 8460 section 3 have for
 * extensions. Returns false if it is not one. A value may be empty, or hold blanks and
 * commas, where name is `id` or `rua`, which have their own messages. */
bool txtrecord_split(struct span *name, struct span *value, struct span field);

#endif
