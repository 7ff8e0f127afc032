/* SPDX-License-Identifier: ISC */
/* inifile: feeds a file's bytes through inih line by line, with line numbers, full section titles,
 * and a refusal for whatever inih would cut, join or read differently from how it looks. (Its own
 * header has the name ini.h.) */
#ifndef COMMON_CONFIG_INIFILE_H
#define COMMON_CONFIG_INIFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

/* What the reader tells, in the order of the lines. Texts live until the callback returns; return
 * -1 only when out of memory, and the reading ends. */
struct inifile_events {
    /* A header. title is what stands between [ and ], untouched, counted; broken is NULL, or the
     * sentence that says why the line is refused (the section exists, but must not be used). */
    int (*section)(void *context, unsigned line, const char *title, size_t length,
                   const char *broken);
    /* One "key = value", comments and outer blanks removed. */
    int (*pair)(void *context, unsigned line, const char *key, const char *value);
    /* A line that is refused: it belongs to the section it stands in. */
    int (*broken)(void *context, unsigned line, const char *sentence);
};

/* Reads all of bytes. CRLF is a line end like LF. Returns 0, or -1 with a sentence when a callback
 * did, or inih ran out of memory. Pure but for inih's allocations. */
int inifile_read(const char *bytes, size_t length, const struct inifile_events *events,
                 void *context, struct error *why);

#endif
