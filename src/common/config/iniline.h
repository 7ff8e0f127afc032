/* SPDX-License-Identifier: ISC */
/* iniline: parses one line of an ini file, or says why it is refused. */
#ifndef COMMON_CONFIG_INILINE_H
#define COMMON_CONFIG_INILINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"

#define INILINE_MAX 1024 /* bytes of a line without its line end */

enum iniline_kind {
    INILINE_NOTHING, /* blank, or a comment */
    INILINE_HEADER,  /* broken may be set; the title is then as good as can be read */
    INILINE_PAIR,
    INILINE_BROKEN,
};

struct iniline {
    enum iniline_kind kind;
    struct span title; /* of a header: what stands between [ and ], untouched */
    struct span key;   /* of a pair; neither is empty, comments and blanks are gone */
    struct span value;
    const char *broken; /* static; NULL when the line is fine */
};

/* Judges a line without its line end. Pure; borrows the bytes. */
struct iniline iniline_judge(const char *bytes, size_t length);

/* Whether a value is written as no value may be, in an ini or in a list: the sentence, or NULL. */
const char *iniline_refuse_quotes(struct span value);

/* Bytes that no line of an ini or a list may hold: the sentence, or NULL. */
const char *iniline_refuse_bytes(const char *bytes, size_t length);

/* The length of a byte order mark at the start, and the sentence that refuses it. */
size_t iniline_mark_length(const char *bytes, size_t length);
extern const char iniline_mark_sentence[];

#endif
