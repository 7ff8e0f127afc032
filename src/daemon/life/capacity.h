/* SPDX-License-Identifier: ISC */
/* capacity: how much of the machine this process may use: cores and descriptors. */
#ifndef DAEMON_LIFE_CAPACITY_H
#define DAEMON_LIFE_CAPACITY_H

#include <stddef.h>

/* The cores that this process may run on, at least 1. */
size_t capacity_cores(void);

/* Allows itself as many descriptors as the system does. Returns how many connections these bear in
 * all, SIZE_MAX where that is not known: some are kept for certificates, lists and the pairs of
 * requests, beyond which idle connections make room. */
size_t capacity_raise_connections(void);

#endif
