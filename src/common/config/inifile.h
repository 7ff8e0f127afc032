/* SPDX-License-Identifier: ISC */
/* inifile: reads the sections and pairs of an ini file, each with its line, and refuses lines that
 * inih would cut, join or read differently from how they look. (inih's own header is ini.h.) */
#ifndef COMMON_CONFIG_INIFILE_H
#define COMMON_CONFIG_INIFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

/* What is reported, in the order of the lines. Texts live until the callback returns. A callback
 * returns 0, or -1 when out of memory, which ends the reading. */
struct inifile_events {
    /* A header. title: what is between [ and ], unchanged. broken: NULL, or why the line is refused
     * (the section exists, but must not be used). */
    int (*section)(void *context, unsigned line, const char *title, size_t length,
                   const char *broken);
    /* One "key = value", comments and outer blanks removed. */
    int (*pair)(void *context, unsigned line, const char *key, const char *value);
    /* A line that is refused; it belongs to the section reported last. */
    int (*broken)(void *context, unsigned line, const char *sentence);
};

/* Reads all of bytes. CRLF is a line end like LF. Returns 0, or -1 with why when out of memory. */
int inifile_read(const char *bytes, size_t length, const struct inifile_events *events,
                 void *context, struct error *why);

#endif
