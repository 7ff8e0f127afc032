/* SPDX-License-Identifier: ISC */
/* systemdir: the directories of the system's own, in which many other things stand. */
#ifndef COMMON_BASE_SYSTEMDIR_H
#define COMMON_BASE_SYSTEMDIR_H

#include <stdbool.h>

/* Whether it is one: no file of ours is a reason to open it. */
bool systemdir_is(const char *directory);

#endif
