/* SPDX-License-Identifier: ISC */
/* pattern: paths in which %h stands for the policy host and %d for the domain. */
#ifndef COMMON_CONFIG_PATTERN_H
#define COMMON_CONFIG_PATTERN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/error.h"

/* Refuses any other %, and what could become longer than a path may be. */
int pattern_check(const char *pattern, struct error *why);

/* Whether it names another path for each domain. */
bool pattern_varies(const char *pattern);

/* Writes the pattern with %h, %d and %% replaced. Returns 0, or -1 when it does not fit or holds
 * another %. */
int pattern_expand(char *out, size_t size, const char *pattern, const char *domain);

/* The directory in which the first varying part of a pattern stands; of a plain path, its own. "/"
 * at least. */
void pattern_fixed_part(const char *pattern, char out[PATH_MAX]);

/* The path, or directory and the path when it is relative. is_pattern: a % of the directory is
 * doubled. NULL when out of memory. */
char *pattern_absolute(struct arena *arena, const char *directory, const char *path,
                       bool is_pattern);

#endif
