/* SPDX-License-Identifier: ISC */
/* record_memory: the memory of mbedTLS's two record buffers, which a session that waits gives back
 * to the system. */
#ifndef DAEMON_SERVE_RECORD_MEMORY_H
#define DAEMON_SERVE_RECORD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#define RECORD_MEMORY_BLOCKS 2
#define RECORD_MEMORY_HEAD   16 /* bytes of a block: a record's number and header, 13 in mbedTLS */

/* The buffers of one session, 16.7 kB each. mbedTLS owns them; only where it asks this module for
 * them (the private build, scripts/mbedtls_user_config.h) are they known here. {0}: none. */
struct record_memory {
    struct {
        unsigned char *bytes; /* starts a page */
        size_t size;
        unsigned char head[RECORD_MEMORY_HEAD]; /* while the pages are given back */
    } blocks[RECORD_MEMORY_BLOCKS];
    size_t count;
    bool is_given_back;
    bool was_given_back; /* at least once */
};

/* Between these two calls the large blocks that mbedTLS allocates and frees in this thread are
 * those of this session. */
void record_memory_begin(struct record_memory *memory);
void record_memory_end(void);

/* Gives the whole pages of the buffers back to the system; but for the head of each, what they hold
 * is lost, and they read as zeros. Only between two records, when mbedTLS keeps nothing there. */
void record_memory_give_back(struct record_memory *memory);

/* Must be called before mbedTLS uses the buffers again; nothing if they were not given back. */
void record_memory_take(struct record_memory *memory);

/* What mbedTLS calls for large blocks, as calloc(3) and free(3). Any thread, at any time. */
void *record_memory_calloc(size_t count, size_t size);
void record_memory_free(void *memory);

#endif
