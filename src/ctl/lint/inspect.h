/* SPDX-License-Identifier: ISC */
/* inspect: checks one file (policy, configuration or list) and collects the findings.
 */
#ifndef CTL_LINT_INSPECT_H
#define CTL_LINT_INSPECT_H

#include "common/base/error.h"
#include "ctl/base/finding_out.h"

enum inspect_kind {
    INSPECT_POLICY,
    INSPECT_INI,
    INSPECT_LIST,
};

const char *inspect_kind_name(enum inspect_kind kind);

/* Returns 0 and the kind of that name, or -1. */
int inspect_kind_parse(enum inspect_kind *out, const char *name);

/* Guesses the kind of a file by its name, or else by its first significant line. Pure. */
enum inspect_kind inspect_guess(const char *name, const char *bytes, size_t length);

/* A policy's bytes, and what else is known of them. */
struct inspect_text {
    const char *name;     /* of the file */
    const char *domain;   /* whose policy it is, in lower case; NULL: not known */
    const char *unquoted; /* why nothing of it is quoted, reported as a note; NULL: it is quoted */
    const char *bytes;
    size_t length;
};

void inspect_policy(struct findings *all, const struct inspect_text *text);

/* Notes, with the main file to give, that an ini without [server] is an include, which says too
 * little alone. */
void inspect_part(struct findings *all, const char *path, const char *bytes, size_t length);

/* The configuration at path and all that it reads. within: not NULL, the configuration that reads
 * path as an include, and only what is found in path counts. Returns 0, or -1 with a sentence when
 * within does not do that. */
int inspect_ini(struct findings *all, const char *path, const char *within, struct error *why);

/* The list as it would be read by the configuration within, or its lines by themselves (NULL).
 * Returns 0, or -1 with a sentence when that configuration is refused for other reasons. */
int inspect_list(struct findings *all, const char *name, const char *bytes, size_t length,
                 const char *within, struct error *why);

#endif
