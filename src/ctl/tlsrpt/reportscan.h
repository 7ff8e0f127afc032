/* SPDX-License-Identifier: ISC */
/* reportscan: whether bytes can be the JSON of a TLS report, judged while they come; pure. */
#ifndef CTL_TLSRPT_REPORTSCAN_H
#define CTL_TLSRPT_REPORTSCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

#define REPORTSCAN_DEPTH_MAX  32     /* of lists and objects in each other; a report has 6 */
#define REPORTSCAN_LISTS_MAX  50000  /* lists and objects */
#define REPORTSCAN_VALUES_MAX 500000 /* commas, that is about: values */
#define REPORTSCAN_TEXT_MAX   65536  /* bytes of one text */
#define REPORTSCAN_BLANKS_MAX 65536  /* in a row */

/* {0} is a scan before the first byte. */
struct reportscan {
    size_t depth, lists, values;
    size_t text;   /* bytes of the text that is open */
    size_t blanks; /* in a row, up to here */
    size_t line;   /* line ends so far */
    size_t mark;   /* bytes of a byte order mark, at the very start */
    bool begun;    /* the object has begun */
    bool in_text;
    bool escaped; /* the next byte of the text is */
};

/* Takes the bytes that follow those taken before. Allocates nothing. Returns 0, or -1 with why at
 * the first byte that no report has: what is left need not be read. It is no parser: bytes that
 * pass may still be no JSON, and no report. */
int reportscan_take(struct reportscan *scan, const unsigned char *bytes, size_t length,
                    struct error *why);

/* Goes on with another report of the same mail: its lists and values add to those before. */
void reportscan_begin_next(struct reportscan *scan);

#endif
