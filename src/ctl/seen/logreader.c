/* SPDX-License-Identifier: ISC */
/* logreader: the lines of a log, from a file, packed by gzip or not, or from a pipe. */
#include "ctl/seen/logreader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PACKED_MAX  TEXT_MAX
#define TEXT_MAX    ((size_t)4 * LOGREADER_LINE_MAX)
#define WINDOW_BITS 15
#define GZIP_ONLY   16 /* added to the window bits: no zlib or raw stream */
#define MAGIC_MAX   4

struct reader {
    int fd;
    const char *name;
    logreader_line *take;
    void *context;
    bool is_packed;
    bool is_ended;   /* no byte comes any more */
    bool is_between; /* of gzip: at the beginning of a member */
    bool is_long;    /* within a line that is left out */
    z_stream stream;
    size_t length; /* of the text that is not handed on */
    unsigned char packed[PACKED_MAX];
    char text[TEXT_MAX];
};

/* Returns the number of bytes, 0 at the end, or -1 with why. */
static ssize_t read_some(struct reader *reader, void *out, size_t room, struct error *why)
{
    ssize_t got;
    do {
        got = read(reader->fd, out, room);
    } while (got < 0 && errno == EINTR);
    return got >= 0 ? got : error_set(why, "%s: %s", reader->name, strerror(errno));
}

static int fill_packed(struct reader *reader, struct error *why)
{
    if (reader->stream.avail_in > 0 || reader->is_ended)
        return 0;
    ssize_t got = read_some(reader, reader->packed, PACKED_MAX, why);
    if (got < 0)
        return -1;
    reader->is_ended = got == 0;
    reader->stream.next_in = reader->packed;
    reader->stream.avail_in = (uInt)got;
    return 0;
}

/* Zeros behind a member are padding. */
static void skip_padding(z_stream *stream)
{
    while (stream->avail_in > 0 && stream->next_in[0] == 0) {
        stream->next_in++;
        stream->avail_in--;
    }
}

/* Unpacks into all the space there is, or up to the end. */
static int unpack(struct reader *reader, struct error *why)
{
    z_stream *stream = &reader->stream;
    stream->next_out = (unsigned char *)reader->text + reader->length;
    stream->avail_out = (uInt)(TEXT_MAX - reader->length);
    while (stream->avail_out > 0) {
        if (fill_packed(reader, why) != 0)
            return -1;
        if (reader->is_between)
            skip_padding(stream);
        if (stream->avail_in == 0 && reader->is_ended) {
            reader->length = TEXT_MAX - stream->avail_out;
            return reader->is_between ? 0 : error_set(why, "%s: the file is cut off", reader->name);
        }
        if (stream->avail_in == 0)
            continue;
        reader->is_between = false;
        int result = inflate(stream, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            reader->is_between = true;
            result = inflateReset(stream);
        }
        if (result != Z_OK && result != Z_BUF_ERROR) {
            reader->length = TEXT_MAX - stream->avail_out;
            return error_set(why, "%s: the packed data is damaged", reader->name);
        }
    }
    reader->length = TEXT_MAX;
    return 0;
}

static int fill(struct reader *reader, struct error *why)
{
    if (reader->is_packed)
        return unpack(reader, why);
    ssize_t got = read_some(reader, reader->text + reader->length, TEXT_MAX - reader->length, why);
    if (got < 0)
        return -1;
    reader->is_ended = got == 0;
    reader->length += (size_t)got;
    return 0;
}

/* Hands the whole lines on, and keeps what follows the last one. */
static int hand_on(struct reader *reader, struct error *why)
{
    const char *at = reader->text, *end = at + reader->length, *stop;
    int result = 0;
    while (result == 0 && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t length = (size_t)(stop - at);
        if (!reader->is_long && length <= LOGREADER_LINE_MAX)
            result = reader->take(reader->context, at, length, why);
        reader->is_long = false;
        at = stop + 1;
    }
    reader->length = (size_t)(end - at);
    if (reader->is_long || reader->length > LOGREADER_LINE_MAX) {
        reader->is_long = true;
        reader->length = 0;
    }
    memmove(reader->text, at, reader->length);
    return result;
}

/* A last line without an end is being written, or was cut off: it is left out. */
static int read_lines(struct reader *reader, struct error *why)
{
    int result = hand_on(reader, why);
    while (result == 0 && (!reader->is_ended || reader->stream.avail_in > 0)) {
        int filled = fill(reader, why);
        result = hand_on(reader, filled == 0 ? why : NULL);
        if (result == 0)
            result = filled;
    }
    return result < 0 ? -1 : 0;
}

static int refuse_packed(const struct reader *reader, struct error *why)
{
    static const struct {
        const char *magic;
        const char *program;
    } others[] = {{"\xfd"
                   "7zX",
                   "xz"},
                  {"\x28\xb5\x2f\xfd", "zstd"},
                  {"BZh", "bzip2"},
                  {"\x04\x22\x4d\x18", "lz4"}};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        size_t length = strlen(others[i].magic);
        if (reader->length >= length && memcmp(reader->text, others[i].magic, length) == 0)
            return error_set(why,
                             "%s: it is packed by %s, which is not read; unpack all files of "
                             "this log, or pipe them, the oldest first, to --log -",
                             reader->name, others[i].program);
    }
    return 0;
}

/* Reads the first bytes, and puts them where they belong. */
static int look_at_magic(struct reader *reader, struct error *why)
{
    while (reader->length < MAGIC_MAX && !reader->is_ended) {
        if (fill(reader, why) != 0)
            return -1;
    }
    if (refuse_packed(reader, why) != 0)
        return -1;
    if (reader->length < 2 || memcmp(reader->text, "\x1f\x8b", 2) != 0)
        return 0;
    if (inflateInit2(&reader->stream, WINDOW_BITS + GZIP_ONLY) != Z_OK)
        return error_set(why, "out of memory");
    reader->is_packed = true;
    reader->is_between = true;
    reader->stream.next_in = reader->packed;
    reader->stream.avail_in = (uInt)reader->length;
    memcpy(reader->packed, reader->text, reader->length);
    reader->length = 0;
    return 0;
}

int logreader_run(int fd, const char *name, logreader_line *take, void *context, struct error *why)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return error_set(why, "out of memory");
    reader->fd = fd;
    reader->name = name;
    reader->take = take;
    reader->context = context;
    int result = look_at_magic(reader, why);
    if (result == 0)
        result = read_lines(reader, why);
    if (reader->is_packed)
        inflateEnd(&reader->stream);
    free(reader);
    return result;
}
