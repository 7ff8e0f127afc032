/* SPDX-License-Identifier: ISC */
/* finding: something wrong or worth knowing: where, by which rule, how bad, whom it affects, what
 * to write instead; and a list of findings. */
#ifndef COMMON_BASE_FINDING_H
#define COMMON_BASE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

/* Bytes that hold the sentence of any finding of ours, and its NUL; a longer one is cut. */
#define FINDING_MAX 2048

enum severity {
    SEVERITY_ERROR,   /* a sender refuses it, something named is not served, mail is lost */
    SEVERITY_WARNING, /* it works, but some sender or checker treats it badly */
    SEVERITY_NOTE,    /* nothing is wrong; the operator may want to know */
    SEVERITY_FIXABLE, /* would be corrected: not counted among errors and warnings */
    SEVERITY_FIXED,   /* was corrected: not counted either */
};

struct finding {
    enum severity severity;
    const char *rule;    /* stable id, "mx-trailing-dot"; static, never copied; NULL: none */
    const char *where;   /* a file, a host, an address */
    unsigned line;       /* of the file, from 1; 0: none */
    const char *problem; /* what is wrong; without sender and advice it is the whole sentence */
    const char *sender;  /* whom it breaks or troubles; NULL: nobody in particular */
    const char *advice;  /* what to write or do instead; NULL: nothing */
};

/* {0} is valid and empty. */
struct findings {
    struct finding *items; /* in the order they were added, unless sorted */
    size_t count;
    size_t errors, warnings, notes;
    bool out_of_memory; /* some could not be kept; counted in errors */
    bool lacked_memory; /* these, or what is found wrong: another try may do better */
    struct arena texts;
};

/* The name that people and JSON see: "error", "warning", "note", "fixable", "fixed". */
const char *severity_name(enum severity severity);

/* Adds a copy. The format makes the problem; what *finding has there is not read. Bytes that must
 * not be shown become '?'. */
void findings_add(struct findings *all, const struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a problem that is a whole sentence, at a place. */
void findings_say(struct findings *all, enum severity severity, const char *where, unsigned line,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds a copy of one that was reported to the caller, at this place; line 0: at its own line. */
void findings_copy(struct findings *all, const struct finding *found, const char *where,
                   unsigned line);

/* What was found wrong has this cause: an errno, or 0. */
void findings_note_cause(struct findings *all, int cause);

/* Sorts those from the number first on: by place, main_file first and the others as they were first
 * named, and by line. Leaves them as they are when out of memory. */
void findings_sort(struct findings *all, size_t first, const char *main_file);

void findings_free(struct findings *all);

/* Writes "problem (breaks SENDER); advice", or "(troubles SENDER)" of what is no error. Returns the
 * length of the whole, as snprintf does: size or more means that it was cut. */
size_t finding_print(char *out, size_t size, const struct finding *finding);

/* The same sentence, owned by the caller; NULL when out of memory. */
char *finding_sentence(const struct finding *finding);

#endif
