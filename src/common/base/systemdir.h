/* SPDX-License-Identifier: ISC */
/* systemdir: directories that belong to the system, which hold files of many programs. */
#ifndef COMMON_BASE_SYSTEMDIR_H
#define COMMON_BASE_SYSTEMDIR_H

#include <stdbool.h>

/* Whether it is one: no file of ours is a reason to open it. */
bool systemdir_is(const char *directory);

#endif
