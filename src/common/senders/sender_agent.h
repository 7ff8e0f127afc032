/* SPDX-License-Identifier: ISC */
/* sender_agent: the families that clients claim to be of, by their User-Agent: a column of the
 * table of senders. */
#ifndef COMMON_SENDERS_SENDER_AGENT_H
#define COMMON_SENDERS_SENDER_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/senders/sender_act.h"

/* How a family names itself. Anybody can write the same: it is a claim. */
struct sender_agent {
    const char *family;
    const char *mark; /* in its User-Agent, letter by letter */
    bool is_inside;   /* not at its beginning */
    bool is_large;    /* it sends to nearly everybody, so that it should fetch again and again */
    enum sender_ground ground;
    const char *source; /* what was run or read */
    const char *date;   /* when, "2026-11-28" */
};

/* Families are numbered from 0; the last is "other", whom no mark fits. */
#define SENDER_AGENT_FAMILIES 8
#define SENDER_AGENT_OTHER    (SENDER_AGENT_FAMILIES - 1)

/* The number of the family that the User-Agent claims; an empty one is of no family. */
size_t sender_agent_family(const char *agent);

/* "postfix-tlspol"; "other". Static. */
const char *sender_agent_name(size_t family);

/* Whether it sends so much that not to hear of it for long is worth a note. */
bool sender_agent_is_large(size_t family);

/* The row of a family but the last. Static. */
const struct sender_agent *sender_agent_find(size_t family);

#endif
