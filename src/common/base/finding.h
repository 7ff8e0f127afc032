/* SPDX-License-Identifier: ISC */
/* finding: one thing that is wrong or worth knowing (place, rule, severity, problem, affected
 * sender, advice), and lists of them. */
#ifndef COMMON_BASE_FINDING_H
#define COMMON_BASE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

/* Size in bytes, NUL included, of the longest sentence of a finding; a longer one is cut. */
#define FINDING_MAX 2048

enum severity {
    SEVERITY_ERROR,   /* a sender refuses it, a domain is not served, or mail is lost */
    SEVERITY_WARNING, /* it works, but some sender or checker treats it badly */
    SEVERITY_NOTE,    /* nothing is wrong, but worth knowing */
    SEVERITY_FIXABLE, /* lint --fix would correct it; not counted as error or warning */
    SEVERITY_FIXED,   /* was corrected; not counted either */
};

struct finding {
    enum severity severity;
    const char *rule;    /* stable id, "mx-trailing-dot"; static, never copied; NULL: none */
    const char *where;   /* a file, a host, an address */
    unsigned line;       /* of the file, from 1; 0: none */
    const char *problem; /* what is wrong; the whole sentence if sender and advice are NULL */
    const char *sender;  /* the affected sender; NULL: none in particular */
    const char *advice;  /* what to write or do instead; NULL: none */
};

/* {0} is valid and empty. */
struct findings {
    struct finding *items; /* in order of addition, unless sorted */
    size_t count;
    size_t errors, warnings, notes;
    bool out_of_memory; /* some could not be stored; counted as an error */
    bool lacked_memory; /* storing or judging failed for lack of memory: worth another try */
    struct arena texts;
};

/* The name in text and JSON: "error", "warning", "note", "fixable", "fixed". */
const char *severity_name(enum severity severity);

/* Adds a copy whose problem comes from the format; finding->problem is ignored. Unprintable bytes
 * become '?'. */
void findings_add(struct findings *all, const struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a problem that is a complete sentence, without rule, sender and advice. */
void findings_say(struct findings *all, enum severity severity, const char *where, unsigned line,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds a copy of *found at another place; line 0 keeps the line of *found. */
void findings_copy(struct findings *all, const struct finding *found, const char *where,
                   unsigned line);

/* Records the errno behind a finding (0: none), which may set lacked_memory. */
void findings_note_cause(struct findings *all, int cause);

/* Sorts the items from index first on by place, then by line. main_file comes first, other places
 * in order of first appearance. Without memory the order stays. */
void findings_sort(struct findings *all, size_t first, const char *main_file);

void findings_free(struct findings *all);

/* Writes "problem (breaks SENDER); advice", with "troubles" instead of "breaks" unless it is an
 * error. Returns the full length, as snprintf does: size or more means that it was cut. */
size_t finding_print(char *out, size_t size, const struct finding *finding);

/* The same sentence; the caller frees it. NULL: out of memory. */
char *finding_sentence(const struct finding *finding);

#endif
