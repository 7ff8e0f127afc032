/* SPDX-License-Identifier: ISC */
/* txtrecord_say: words findings about a TXT record, and takes its fields apart. Only txtrecord's
 * own rooms include this. */
#ifndef CTL_NET_TXTRECORD_SAY_H
#define CTL_NET_TXTRECORD_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/net/txtrecord.h"

#define TXTRECORD_SHOWN 64 /* bytes that hold what is quoted of a record, and its NUL */

/* To whom findings go. */
struct txtrecord_judge {
    txtrecord_report *report;
    void *context;
    bool failed; /* an error was among them */
};

/* Reports one; the advice is a text of ours, the sentence is made of the format. */
void txtrecord_say(struct txtrecord_judge *judge, const char *row, enum txtrecord_severity severity,
                   const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The text in printable ASCII, the rest as question marks, cut with "...". Returns out. */
const char *txtrecord_show(char out[TXTRECORD_SHOWN], struct txtrecord_text text);

bool txtrecord_begins(struct txtrecord_text text, const char *prefix);
bool txtrecord_is(struct txtrecord_text text, const char *word);
bool txtrecord_is_in_any_case(struct txtrecord_text text, const char *word);
bool txtrecord_has_in_any_case(struct txtrecord_text text, const char *word);

/* Without the blanks and tabs around it. */
struct txtrecord_text txtrecord_trim(struct txtrecord_text text);

/* Cuts off what stands before the next separator, trimmed, and leaves in *rest what follows it.
 * Returns false when the rest is used up: *rest is {NULL, 0} then. */
bool txtrecord_next(struct txtrecord_text *part, struct txtrecord_text *rest, char separator);

/* Splits NAME=VALUE, both by the syntax that RFC 8461 section 3.1 and RFC 8460 section 3 have for
 * extensions. Returns false when it is no such field. A value may be empty, or hold blanks and
 * commas, where name is `id` or `rua`, which have sentences of their own. */
bool txtrecord_split(struct txtrecord_text *name, struct txtrecord_text *value,
                     struct txtrecord_text field);

#endif
