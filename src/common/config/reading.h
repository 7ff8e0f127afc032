/* SPDX-License-Identifier: ISC */
/* reading: keeps which files a configuration was read from, and says what to do about one that
 * cannot be read. */
#ifndef COMMON_CONFIG_READING_H
#define COMMON_CONFIG_READING_H

#include "common/config/draft.h"

/* Adds the path, of a file or a directory, to the config's files, if it is not among them. */
void reading_keep(struct draft *draft, const char *path);

/* The same for a pattern of paths, named at the place, and the config's patterns. */
void reading_keep_pattern(struct draft *draft, const char *pattern, struct config_place place);

/* After all is read: warns of each pattern for which the sandbox opens a directory of the system's
 * own, at the place where it was named first. */
void reading_judge_patterns(struct draft *draft);

/* The end of a sentence about the path, which the system refuses with this errno; missing is what
 * it is where nothing is there. "" where there is no advice. It lives as long as the draft. */
const char *reading_advice(struct draft *draft, const char *path, int cause, const char *missing);

#endif
