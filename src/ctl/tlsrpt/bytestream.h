/* SPDX-License-Identifier: ISC */
/* bytestream: the bytes of a file or of standard input, piece by piece. */
#ifndef CTL_TLSRPT_BYTESTREAM_H
#define CTL_TLSRPT_BYTESTREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

#define BYTESTREAM_PIECE 65536

struct bytestream {
    int fd;
    const char *path;      /* borrowed; "standard input" for that */
    unsigned char *whole;  /* owned: what bytestream_all read, if that is more than a piece */
    unsigned char *piece;  /* owned */
    size_t length;         /* of the piece at hand */
    bool has_piece, ended; /* the piece is not taken yet; nothing follows it */
};

/* path: NULL for standard input. The sentences of all of these begin with no path. Returns 0, or -1
 * with why; *out is to be closed in either case. */
int bytestream_open(struct bytestream *out, const char *path, struct error *why);

/* The first bytes, up to a piece, which are not taken by that. Lives until the next call. */
int bytestream_peek(struct bytestream *stream, const unsigned char **bytes, size_t *length,
                    struct error *why);

/* The next piece, which lives until the next call; *length is 0 at the end. */
int bytestream_next(struct bytestream *stream, const unsigned char **bytes, size_t *length,
                    struct error *why);

/* All that is left, of at most limit bytes; lives until the stream is closed. */
int bytestream_all(struct bytestream *stream, size_t limit, const unsigned char **bytes,
                   size_t *length, struct error *why);

void bytestream_close(struct bytestream *stream);

#endif
