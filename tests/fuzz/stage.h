/* SPDX-License-Identifier: ISC */
/* stage: a worker's connections, driven by hand, and clients that a script leads: the first bytes
 * say who they are, each further one what is done next. Nobody gets two final answers, or a policy
 * of another host, and nothing is left at the end. */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stage_input {
    const uint8_t *bytes;
    size_t left;
};

struct stage_wish {
    size_t clients; /* at most STAGE_CLIENTS_MAX */
    size_t max_connections;
    bool is_scarce; /* the script may have descriptors and memory run out, see scarce.h */
};

#define STAGE_CLIENTS_MAX 4

/* Plays the script to its end on a server of its own; aborts where anything is wrong. What is
 * scarce has an end before the script's: a client that comes then is served. */
void stage_play(const struct stage_wish *wish, struct stage_input *script);

#endif
