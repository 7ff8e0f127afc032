/* SPDX-License-Identifier: ISC */
/* gunzip: what gzip bytes, or the first file of a zip archive, hold, within a bound. */
#include "ctl/tlsrpt/gunzip.h"

#define ZLIB_CONST /* so that what is read need not be writable */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIRST_ROOM    65536
#define PIECE         65536 /* unpacked between two looks */
#define GZIP_ONLY     16    /* added to the window bits: no zlib or raw stream */
#define MEGABYTE      1048576
#define WINDOW_BITS   15
#define UNPACK_FACTOR 2
#define ZIP_HEADER    30 /* bytes of a local header, and of its flags and methods: */
#define ZIP_ENCRYPTED 1
#define ZIP_STORED    0
#define ZIP_DEFLATED  8

struct output {
    unsigned char *bytes;
    size_t length, room, limit;
    gunzip_look *look; /* or NULL */
    void *context;
};

bool gunzip_knows(const unsigned char *bytes, size_t length)
{
    return length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* One byte more than the limit may come, and tells that it is passed. */
static int make_room(struct output *output, struct error *why)
{
    if (output->length < output->room)
        return 0;
    size_t room = output->room == 0 ? FIRST_ROOM : output->room * UNPACK_FACTOR;
    if (room > output->limit + 1)
        room = output->limit + 1;
    unsigned char *bytes = realloc(output->bytes, room + 1);
    if (bytes == NULL)
        return error_set(why, "out of memory");
    output->bytes = bytes;
    output->room = room;
    return 0;
}

static int refuse_large(size_t limit, struct error *why)
{
    if (limit < MEGABYTE)
        return error_set(why, "unpacks to more than %zu bytes, which no report needs", limit);
    return error_set(why, "unpacks to more than %zu MiB, which no report needs", limit / MEGABYTE);
}

/* Until the end of one member. */
static int unpack_member(z_stream *stream, struct output *output, struct error *why)
{
    for (;;) {
        if (make_room(output, why) != 0)
            return -1;
        size_t room = output->room - output->length;
        stream->next_out = output->bytes + output->length;
        stream->avail_out = (uInt)(room < PIECE ? room : PIECE);
        uInt offered = stream->avail_out;
        int result = inflate(stream, Z_NO_FLUSH);
        size_t got = offered - stream->avail_out;
        output->length += got;
        if (output->length > output->limit)
            return refuse_large(output->limit, why);
        if (output->look != NULL &&
            output->look(output->context, output->bytes + output->length - got, got, why) != 0)
            return -1;
        if (result == Z_STREAM_END)
            return 0;
        if (result == Z_BUF_ERROR ||
            (result == Z_OK && stream->avail_in == 0 && stream->avail_out > 0))
            return error_set(why, "the packed data is cut off; it was not received whole");
        if (result != Z_OK)
            return error_set(why, "the packed data is damaged%s%s", stream->msg != NULL ? ": " : "",
                             stream->msg != NULL ? stream->msg : "");
    }
}

static int unpack_members(z_stream *stream, struct output *output, struct error *why)
{
    do {
        if (unpack_member(stream, output, why) != 0)
            return -1;
        while (stream->avail_in > 0 && stream->next_in[0] == 0) {
            stream->next_in++;
            stream->avail_in--;
        }
    } while (gunzip_knows(stream->next_in, stream->avail_in) && inflateReset(stream) == Z_OK);
    if (stream->avail_in > 0)
        return error_set(why, "something that is no gzip data stands behind the gzip data");
    return 0;
}

/* Hands the result of unpacking over, or frees it. */
static int hand_over(struct output *output, int result, unsigned char **out, size_t *out_length)
{
    *out_length = output->length;
    if (result != 0 || output->bytes == NULL) {
        free(output->bytes);
        return -1;
    }
    output->bytes[output->length] = '\0';
    *out = output->bytes;
    return 0;
}

/* ---- Zip (APPNOTE.TXT section 4.3.7): the local header of the first file says enough. */

struct zip_header {
    unsigned flags, method;
    size_t packed; /* 0 where it stands behind the data */
    size_t start;  /* of the data */
};

static unsigned number_at(const unsigned char *at, size_t size)
{
    unsigned number = 0;
    for (size_t i = size; i > 0; i--)
        number = number << 8 | at[i - 1];
    return number;
}

static int read_header(struct zip_header *out, const unsigned char *bytes, size_t length,
                       struct error *why)
{
    if (length < ZIP_HEADER)
        return error_set(why, "a zip archive that is cut off");
    out->flags = number_at(bytes + 6, 2);
    out->method = number_at(bytes + 8, 2);
    out->packed = number_at(bytes + 18, 4);
    out->start = ZIP_HEADER + number_at(bytes + 26, 2) + number_at(bytes + 28, 2);
    if (out->start >= length)
        return error_set(why, "a zip archive that is cut off");
    if ((out->flags & ZIP_ENCRYPTED) != 0)
        return error_set(why, "a zip archive with a password");
    if (out->method != ZIP_DEFLATED && out->method != ZIP_STORED)
        return error_set(why, "a zip archive that is packed in an unknown way; unpack it first");
    return 0;
}

static int copy_stored(struct output *output, const unsigned char *bytes, size_t length,
                       struct error *why)
{
    if (length > output->limit)
        return refuse_large(output->limit, why);
    if (output->look != NULL && output->look(output->context, bytes, length, why) != 0)
        return -1;
    output->bytes = malloc(length + 1);
    if (output->bytes == NULL)
        return error_set(why, "out of memory");
    memcpy(output->bytes, bytes, length);
    output->length = length;
    return 0;
}

bool gunzip_knows_zip(const unsigned char *bytes, size_t length)
{
    return length >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

int gunzip_zip(unsigned char **out, size_t *out_length, const unsigned char *bytes, size_t length,
               size_t limit, gunzip_look *look, void *context, struct error *why)
{
    struct output output = {.limit = limit, .look = look, .context = context};
    struct zip_header header = {0};
    *out = NULL;
    *out_length = 0;
    if (length > UINT_MAX)
        return error_set(why, "too long to be unpacked");
    if (read_header(&header, bytes, length, why) != 0)
        return -1;
    size_t left = length - header.start;
    if (header.method == ZIP_STORED) {
        size_t stored = header.packed < left ? header.packed : left;
        return hand_over(&output, copy_stored(&output, bytes + header.start, stored, why), out,
                         out_length);
    }
    z_stream stream = {.next_in = bytes + header.start, .avail_in = (uInt)left};
    if (inflateInit2(&stream, -WINDOW_BITS) != Z_OK)
        return error_set(why, "out of memory");
    int result = unpack_member(&stream, &output, why);
    inflateEnd(&stream);
    return hand_over(&output, result, out, out_length);
}

int gunzip_bytes(unsigned char **out, size_t *out_length, const unsigned char *bytes, size_t length,
                 size_t limit, gunzip_look *look, void *context, struct error *why)
{
    struct output output = {.limit = limit, .look = look, .context = context};
    z_stream stream = {.next_in = bytes, .avail_in = (uInt)length};
    *out = NULL;
    *out_length = 0;
    if (length > UINT_MAX)
        return error_set(why, "too long to be unpacked");
    if (inflateInit2(&stream, WINDOW_BITS + GZIP_ONLY) != Z_OK)
        return error_set(why, "out of memory");
    int result = unpack_members(&stream, &output, why);
    inflateEnd(&stream);
    return hand_over(&output, result, out, out_length);
}
