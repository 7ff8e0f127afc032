/* SPDX-License-Identifier: ISC */
/* fuzz_unpack: any bytes as a zip archive, as gzip, as a mailbox and as several objects. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/gunzip.h"
#include "ctl/tlsrpt/gunzip_flow.h"
#include "ctl/tlsrpt/jsonsplit.h"
#include "ctl/tlsrpt/mailbox.h"

#define LIMIT      300000
#define MAIL_LIMIT 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out, whatever the pieces were. */
struct sum {
    uint64_t hash;
    size_t length, count;
};

static void add(struct sum *sum, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum->hash = (sum->hash ^ bytes[i]) * 0x100000001b3u;
    sum->length += length;
}

static int look(void *context, const unsigned char *bytes, size_t length, struct error *why)
{
    struct sum *sum = context;
    add(sum, bytes, length);
    return sum->length <= LIMIT ? 0 : error_set(why, "enough");
}

/* Neither is larger than the limit, and what is looked at is what comes out. */
static void try_archive(const uint8_t *data, size_t size)
{
    int (*const readers[])(unsigned char **, size_t *, const unsigned char *, size_t, size_t,
                           gunzip_look *, void *, struct error *) = {gunzip_zip, gunzip_bytes};
    for (size_t i = 0; i < 2; i++) {
        unsigned char *out = NULL;
        size_t length = 0;
        struct sum looked = {0}, whole = {0};
        struct error why;
        if (readers[i](&out, &length, data, size, LIMIT, look, &looked, &why) == 0) {
            assert(out != NULL && length <= LIMIT && out[length] == '\0');
            add(&whole, out, length);
            assert(whole.hash == looked.hash && whole.length == looked.length);
        } else {
            assert(out == NULL && why.text[0] != '\0');
        }
        free(out);
    }
}

/* In pieces of this size; what comes out is the same in any. */
static struct sum flow_of(const uint8_t *data, size_t size, size_t piece, bool *is_whole)
{
    struct sum sum = {0};
    struct error why;
    int result = 0;
    struct gunzip_flow *flow = gunzip_flow_new(look, &sum);
    for (size_t at = 0; at < size && flow != NULL && result == 0; at += piece)
        result = gunzip_flow_take(flow, data + at, size - at < piece ? size - at : piece, &why);
    *is_whole = flow != NULL && result == 0 && gunzip_flow_is_whole(flow);
    gunzip_flow_free(flow);
    return sum;
}

static void try_flow(const uint8_t *data, size_t size)
{
    unsigned char *out = NULL;
    size_t length = 0;
    bool is_whole, is_whole_again;
    struct error why;
    struct sum sum = flow_of(data, size, 65536, &is_whole);
    struct sum again = flow_of(data, size, 7, &is_whole_again);
    assert(is_whole == is_whole_again);
    assert(!is_whole || (sum.hash == again.hash && sum.length == again.length));
    if (gunzip_bytes(&out, &length, data, size, LIMIT, NULL, NULL, &why) == 0) {
        assert(is_whole && sum.length == length);
        free(out);
    }
}

static void take_mail(void *context, const unsigned char *bytes, size_t length)
{
    struct sum *sum = context;
    assert(length <= MAIL_LIMIT + 1);
    add(sum, bytes, length);
    add(sum, (const unsigned char *)"|", 1);
    sum->count++;
}

static struct sum mails_of(const uint8_t *data, size_t size, size_t piece)
{
    struct sum sum = {0};
    struct mailbox mailbox = {.mail = take_mail, .context = &sum, .limit = MAIL_LIMIT};
    for (size_t at = 0; at < size; at += piece) {
        if (mailbox_take(&mailbox, data + at, size - at < piece ? size - at : piece, NULL) != 0)
            abort();
    }
    mailbox_end(&mailbox);
    return sum;
}

static void try_mailbox(const uint8_t *data, size_t size)
{
    struct sum sum = mails_of(data, size, 65536);
    struct sum again = mails_of(data, size, 13);
    assert(sum.hash == again.hash && sum.length == again.length && sum.count == again.count);
}

static void try_objects(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *object;
    size_t left = size, length, sum = 0;
    while (jsonsplit_next(&text, &left, &object, &length)) {
        assert(length > 0 && object >= (const char *)data && object + length == text);
        sum += length;
    }
    assert(left == 0 && sum <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_archive(data, size);
    try_flow(data, size);
    try_mailbox(data, size);
    try_objects(data, size);
    return 0;
}
