/* SPDX-License-Identifier: ISC */
/* repair_line: parses one line of a policy file, guessing what is meant. Private to repair. */
#ifndef CTL_LINT_REPAIR_LINE_H
#define CTL_LINT_REPAIR_LINE_H

#include "common/base/span.h"
#include "ctl/lint/repair_text.h"

enum repair_line_kind {
    REPAIR_LINE_BLANK, /* also if it has only invisible characters */
    REPAIR_LINE_COMMENT,
    REPAIR_LINE_FIELD,   /* its key is known, or clearly meant */
    REPAIR_LINE_UNKNOWN, /* a key that is not known */
    REPAIR_LINE_STRANGE, /* anything else, and what holds control bytes, be its key known or not */
};

/* In the usual order. */
enum repair_line_key {
    REPAIR_LINE_VERSION,
    REPAIR_LINE_MODE,
    REPAIR_LINE_MX,
    REPAIR_LINE_MAX_AGE,
    REPAIR_LINE_NO_KEY,
};

struct repair_line {
    enum repair_line_kind kind;
    enum repair_line_key key;
    unsigned number;
    struct span raw;  /* unchanged */
    struct span text; /* without outer blanks, otherwise unchanged */
    bool cleaned;     /* it has invisible characters, to be removed */
    bool indented;
    bool spaced;                       /* there is a blank before the colon */
    struct span key_text, value;       /* unchanged */
    const char *name;                  /* of the key, rightly written; static */
    struct span right;                 /* the value's right form, or the value */
    bool several;                      /* right is names with blanks, commas, numbers between */
    const char *rule;                  /* lint's, of a line to be left out */
    const char *key_rule, *value_rule; /* lint's; NULL where nothing is to be done */
    const char *blanks_rule;           /* of those around the value */
};

/* Reads a line, without its line end, of this policy. Returns 0, or -1 when out of memory. */
int repair_line_read(struct repair_line *out, struct arena *arena, struct span raw,
                     struct span policy);

/* Whether anything in the line is to be written otherwise. */
bool repair_line_differs(const struct repair_line *line);

/* Lint's rule of a line that is removed, as another of its key says the same; cased: that one had
 * the key in capitals. */
const char *repair_line_repeated_rule(const struct repair_line *line, bool cased);

/* The right form of a name in a zone file's notation or in capitals, or the name itself. {NULL}:
 * out of memory. */
struct span repair_line_name(struct arena *arena, struct span name);

#endif
