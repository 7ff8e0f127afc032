/* SPDX-License-Identifier: ISC */
/* span: counted bytes, borrowed, with any content: trimmed, compared, split. */
#ifndef COMMON_BASE_SPAN_H
#define COMMON_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* {0} is an empty span. The bytes are not ended by a NUL. */
struct span {
    const char *bytes;
    size_t length;
};

/* A blank is a space or a tab, as in an ini, a policy and a TXT record. */
bool span_is_blank(char byte);

/* The span of a text without its NUL. */
struct span span_of(const char *text);

/* Without the blanks at its front, at its end, at both. */
struct span span_trim_front(struct span span);
struct span span_trim_back(struct span span);
struct span span_trim(struct span span);

bool span_same(struct span a, struct span b);

/* Letter case counts, or that of ASCII letters does not (_nocase). */
bool span_equal(struct span span, const char *text);
bool span_equal_nocase(struct span span, const char *text);
bool span_begins(struct span span, const char *prefix);
bool span_contains_nocase(struct span span, const char *word);

/* Takes what is before the first separator out of *rest, trimmed, into *part. Without a separator
 * *part is all of it, and *rest becomes {NULL, 0}. Returns false when *rest was {NULL, 0}. */
bool span_next(struct span *part, struct span *rest, char separator);

#endif
