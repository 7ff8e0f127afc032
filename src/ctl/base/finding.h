/* SPDX-License-Identifier: ISC */
/* finding: what a verb has found: where, by which rule, how bad it is, whom it breaks and what to
 * write instead; gathered, then written in columns or as JSON. */
#ifndef CTL_BASE_FINDING_H
#define CTL_BASE_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

enum finding_severity {
    FINDING_ERROR,   /* a known sender refuses, or mail is lost or delayed */
    FINDING_WARNING, /* some sender or checker treats it badly */
    FINDING_NOTE,    /* nothing is wrong; the operator may want to know */
    FINDING_FIXABLE, /* would be put right: not counted among errors and warnings */
    FINDING_FIXED,   /* was put right: not counted either */
};

struct finding {
    enum finding_severity severity;
    const char *rule;  /* stable: "mx-trailing-dot"; static, it is not copied */
    const char *where; /* a file, a host, an address; never NULL */
    unsigned line;     /* of the file; 0: none */
    const char *problem;
    const char *sender; /* whom it breaks, or troubles; NULL: nobody in particular */
    const char *advice; /* what to write or do instead; NULL: nothing */
};

/* {0} is valid and empty. */
struct findings {
    struct finding *items; /* in the order they were added */
    size_t count, room;
    size_t errors, warnings, notes;
    bool out_of_memory; /* some could not be kept; counted in errors */
    struct arena texts;
};

/* Copies the texts, with a '?' in place of whatever must not be shown. The format makes the
 * problem; what *finding has there is not read. */
void findings_add(struct findings *all, const struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void findings_free(struct findings *all);

const char *finding_severity_name(enum finding_severity severity);

/* "problem (breaks SENDER); advice", owned by the caller; NULL when out of memory. */
char *finding_sentence(const struct finding *finding);

/* Writes a row for each to stdout: place, severity, rule, sentence; nothing where there is none.
 * Returns 0, or -1 when out of memory. */
int findings_write(const struct findings *all);

/* An array of {"where", "line" (or null), "rule", "severity", "problem", "sender" (or null),
 * "advice" (or null)}; NULL when out of memory. finding_json makes one of them. */
json_t *findings_json(const struct findings *all);
json_t *finding_json(const struct finding *finding);

#endif
