/* SPDX-License-Identifier: ISC */
/* complaint: all that a load has to say, each with its file, line, severity and sentence. */
#ifndef COMMON_BASE_COMPLAINT_H
#define COMMON_BASE_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>

enum complaint_severity {
    COMPLAINT_ERROR,   /* something named is not served, or the whole is refused */
    COMPLAINT_WARNING, /* served, but some sender treats it badly */
    COMPLAINT_NOTICE,  /* served as meant; the admin may want to know */
};

struct lint_rule;

struct complaint {
    enum complaint_severity severity;
    unsigned line; /* from 1; 0 where no line is meant */
    char *file;    /* owned; never NULL */
    char *text;    /* owned; "what, and what to write instead", without file or line */
    const struct lint_rule *rule; /* of lint, which wrote the text; else NULL */
};

/* {0} is valid and empty. */
struct complaints {
    struct complaint *items; /* in the order they were found, unless sorted */
    size_t count;
    size_t errors;
    size_t warnings;
    bool out_of_memory; /* some could not be kept; counted in errors */
    bool lacked_memory; /* these, or what is complained of: another try may do better */
};

/* Copies file and text. line 0: the file as a whole. */
void complaints_add(struct complaints *said, enum complaint_severity severity, const char *file,
                    unsigned line, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* What is complained of has this cause: an errno, or 0. */
void complaints_note_cause(struct complaints *said, int cause);

/* The one added last is a finding of lint, by this rule. */
void complaints_set_rule(struct complaints *said, const struct lint_rule *rule);

/* Sorts those from the number first on: by file, main_file first and the others as they were first
 * mentioned, and by line. Leaves them as they are when out of memory. */
void complaints_sort(struct complaints *said, size_t first, const char *main_file);

void complaints_free(struct complaints *said);

#endif
