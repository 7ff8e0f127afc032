/* SPDX-License-Identifier: ISC */
/* gunzip_flow: unpacks gzip bytes of any size piece by piece. */
#include "ctl/tlsrpt/gunzip_flow.h"

#define ZLIB_CONST /* so that what is read need not be writable */
#include <stdlib.h>
#include <zlib.h>

#define PIECE       65536
#define WINDOW_BITS 15
#define GZIP_ONLY   16      /* added to the window bits: no zlib or raw stream */
#define FREE_OUT    8388608 /* unpacked bytes to which no ratio applies */

struct gunzip_flow {
    gunzip_flow_sink *sink;
    void *context;
    z_stream stream;
    uint64_t in, out;
    bool is_between; /* members, or before the first */
    unsigned char piece[PIECE];
};

struct gunzip_flow *gunzip_flow_new(gunzip_flow_sink *sink, void *context)
{
    struct gunzip_flow *flow = calloc(1, sizeof(*flow));
    if (flow == NULL)
        return NULL;
    flow->sink = sink;
    flow->context = context;
    if (inflateInit2(&flow->stream, WINDOW_BITS + GZIP_ONLY) == Z_OK)
        return flow;
    free(flow);
    return NULL;
}

/* Padding of zeros, or the next member. Returns 0, or -1 with why. */
static int begin_member(struct gunzip_flow *flow, struct error *why)
{
    while (flow->in > 0 && flow->stream.avail_in > 0 && flow->stream.next_in[0] == 0) {
        flow->stream.next_in++;
        flow->stream.avail_in--;
    }
    if (flow->stream.avail_in == 0)
        return 0;
    if (inflateReset(&flow->stream) != Z_OK)
        return error_set(why, "out of memory");
    flow->is_between = false;
    return 0;
}

static int unpack(struct gunzip_flow *flow, struct error *why)
{
    flow->stream.next_out = flow->piece;
    flow->stream.avail_out = PIECE;
    int result = inflate(&flow->stream, Z_NO_FLUSH);
    size_t got = PIECE - flow->stream.avail_out;
    flow->out += got;
    if (flow->out > FREE_OUT && flow->out / GUNZIP_FLOW_RATIO > flow->in)
        return error_set(why, "unpacks to more than %d times its size, which no mailbox does",
                         GUNZIP_FLOW_RATIO);
    if (got > 0 && flow->sink(flow->context, flow->piece, got, why) != 0)
        return -1;
    flow->is_between = result == Z_STREAM_END;
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
        return 0;
    return error_set(why, "the packed data is damaged%s%s", flow->stream.msg != NULL ? ": " : "",
                     flow->stream.msg != NULL ? flow->stream.msg : "");
}

int gunzip_flow_take(struct gunzip_flow *flow, const unsigned char *bytes, size_t length,
                     struct error *why)
{
    flow->stream.next_in = bytes;
    flow->stream.avail_in = (uInt)length;
    if (flow->in == 0)
        flow->is_between = false;
    flow->in += length;
    for (bool is_full = false; flow->stream.avail_in > 0 || is_full;) {
        if (flow->is_between && begin_member(flow, why) != 0)
            return -1;
        if (flow->is_between)
            break;
        if (unpack(flow, why) != 0)
            return -1;
        is_full = !flow->is_between && flow->stream.avail_out == 0;
    }
    return 0;
}

bool gunzip_flow_is_whole(const struct gunzip_flow *flow)
{
    return flow->is_between;
}

void gunzip_flow_free(struct gunzip_flow *flow)
{
    if (flow != NULL)
        inflateEnd(&flow->stream);
    free(flow);
}

size_t gunzip_flow_head(unsigned char *out, size_t size, const unsigned char *bytes, size_t length)
{
    z_stream stream = {.next_in = bytes, .avail_in = (uInt)length};
    if (inflateInit2(&stream, WINDOW_BITS + GZIP_ONLY) != Z_OK)
        return 0;
    stream.next_out = out;
    stream.avail_out = (uInt)size;
    inflate(&stream, Z_NO_FLUSH);
    inflateEnd(&stream);
    return size - stream.avail_out;
}
