/* SPDX-License-Identifier: ISC */
/* bytestream: the bytes of a file or of standard input, piece by piece. */
#include "ctl/tlsrpt/bytestream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "ctl/base/progress.h"

#define MEGABYTE 1048576

int bytestream_open(struct bytestream *out, const char *path, struct error *why)
{
    struct stat state;
    struct error reason;
    *out = (struct bytestream){.fd = STDIN_FILENO, .path = path};
    if (path == NULL)
        out->path = "standard input";
    else
        out->fd = file_open(path, &state, &reason);
    if (out->fd < 0) { /* the sentence begins with the path */
        size_t skip = strlen(path);
        bool is_named = strncmp(reason.text, path, skip) == 0 && reason.text[skip] == ':';
        return error_set_errno(why, reason.cause, "%s", reason.text + (is_named ? skip + 2 : 0));
    }
    out->piece = malloc(BYTESTREAM_PIECE);
    return out->piece != NULL ? 0 : error_set_errno(why, ENOMEM, "out of memory");
}

/* Up to size bytes; fewer only at the end. */
static int fill(struct bytestream *stream, unsigned char *bytes, size_t size, size_t *length,
                struct error *why)
{
    *length = 0;
    while (*length < size && !stream->ended) {
        ssize_t got = read(stream->fd, bytes + *length, size - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(why, errno, "%s", strerror(errno));
        stream->ended = got == 0;
        *length += (size_t)got;
        progress_bytes((size_t)got);
    }
    return 0;
}

int bytestream_peek(struct bytestream *stream, const unsigned char **bytes, size_t *length,
                    struct error *why)
{
    if (!stream->has_piece &&
        fill(stream, stream->piece, BYTESTREAM_PIECE, &stream->length, why) != 0)
        return -1;
    stream->has_piece = true;
    *bytes = stream->piece;
    *length = stream->length;
    return 0;
}

int bytestream_next(struct bytestream *stream, const unsigned char **bytes, size_t *length,
                    struct error *why)
{
    int result = bytestream_peek(stream, bytes, length, why);
    stream->has_piece = false;
    return result;
}

/* Doubles the size until all is there, or more than the limit. */
static int read_rest(struct bytestream *stream, size_t limit, size_t *length, struct error *why)
{
    size_t room = (size_t)2 * BYTESTREAM_PIECE;
    size_t got = stream->length;
    stream->whole = malloc(room);
    if (stream->whole == NULL)
        return error_set_errno(why, ENOMEM, "out of memory");
    memcpy(stream->whole, stream->piece, got);
    for (;;) {
        size_t added;
        if (fill(stream, stream->whole + got, room - got, &added, why) != 0)
            return -1;
        got += added;
        if (got > limit)
            return error_set_errno(why, EFBIG,
                                   "over %zu MiB, which is the limit for a file that "
                                   "is no mailbox",
                                   limit / MEGABYTE);
        if (stream->ended)
            break;
        unsigned char *larger = realloc(stream->whole, room * 2);
        if (larger == NULL)
            return error_set_errno(why, ENOMEM, "out of memory");
        stream->whole = larger;
        room *= 2;
    }
    *length = got;
    return 0;
}

int bytestream_all(struct bytestream *stream, size_t limit, const unsigned char **bytes,
                   size_t *length, struct error *why)
{
    if (bytestream_peek(stream, bytes, length, why) != 0)
        return -1;
    stream->has_piece = false;
    if (stream->ended)
        return 0;
    if (read_rest(stream, limit, length, why) != 0)
        return -1;
    *bytes = stream->whole;
    return 0;
}

void bytestream_close(struct bytestream *stream)
{
    if (stream->fd > STDIN_FILENO)
        close(stream->fd);
    free(stream->whole);
    free(stream->piece);
    *stream = (struct bytestream){.fd = -1};
}
