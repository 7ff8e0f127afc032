/* SPDX-License-Identifier: ISC */
/* replay: keeps a client's first bytes so that the handshake can be started again. */
#ifndef DAEMON_SERVE_REPLAY_H
#define DAEMON_SERVE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#define REPLAY_MAX 20480 /* bytes: a ClientHello of 16 kB in some hundred records */

/* {.keeps = true} is empty and keeps what is added; {0} keeps nothing. */
struct replay {
    bool keeps;
    unsigned char *bytes;
    size_t length;
    size_t capacity;
    size_t next; /* the first byte that is to be read again; length: none */
};

/* Copies bytes to the end, of one that keeps them. Beyond REPLAY_MAX, or without memory, it stops
 * to keep. */
void replay_add(struct replay *replay, const unsigned char *bytes, size_t length);

/* Has all bytes read again, from the first on. */
void replay_rewind(struct replay *replay);

/* Whether there are bytes that are to be read again. */
static inline bool replay_has_bytes(const struct replay *replay)
{
    return replay->next < replay->length;
}

/* Copies up to size of them, and returns how many. */
size_t replay_read(struct replay *replay, unsigned char *out, size_t size);

/* Keeps nothing any more. What is to be read again must have been read. */
void replay_end(struct replay *replay);

#endif
