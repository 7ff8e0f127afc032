/* SPDX-License-Identifier: ISC */
/* descriptors: how many files and sockets the program may have open at a time. */
#ifndef CTL_BASE_DESCRIPTORS_H
#define CTL_BASE_DESCRIPTORS_H

#include <stddef.h>

#define DESCRIPTORS_MAX 131072 /* more are not asked for */

/* Raises the soft limit, mostly 1,024, to the hard limit, DESCRIPTORS_MAX at most. For the start of
 * the program, before there are threads. */
void descriptors_raise(void);

/* The soft limit as it is now, DESCRIPTORS_MAX at most. */
size_t descriptors_limit(void);

/* Sets the soft limit to what it was before descriptors_raise: for a child that becomes another
 * program, which may use select(2), and that only takes the first 1,024. Async-signal-safe. */
void descriptors_restore(void);

#endif
