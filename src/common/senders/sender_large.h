/* SPDX-License-Identifier: ISC */
/* sender_large: the large senders that write TLS reports, as their reports name them. */
#ifndef COMMON_SENDERS_SENDER_LARGE_H
#define COMMON_SENDERS_SENDER_LARGE_H

#include <stdbool.h>
#include <stddef.h>

/* How many there are: most domains get mail from each. */
#define SENDER_LARGE_COUNT 2

/* "Google". Static. */
const char *sender_large_name(size_t index);

/* Whether a report's organization-name is that of this one: its domain, or its name and more. */
bool sender_large_is(size_t index, const char *organisation);

#endif
