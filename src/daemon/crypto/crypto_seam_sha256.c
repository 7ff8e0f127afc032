/* SPDX-License-Identifier: ISC */
/* crypto_seam_sha256: what of mbedTLS computes SHA-256, and is replaced. */
#include <mbedtls/sha256.h>
#include <nettle/sha2.h>
#include <string.h>

#include "daemon/crypto/crypto_seam_parts.h"

/* Bytes below our frame that are wiped: nettle's functions have had parts of the message there. */
#define BELOW 512

#define BLOCK SHA256_BLOCK_SIZE

/* mbedTLS's context stays what it is between two calls, so it may be copied, and finished with the
 * seam on or off. It has the bytes so far where nettle's has the blocks. */
_Static_assert(sizeof(((mbedtls_sha256_context *)NULL)->MBEDTLS_PRIVATE(state)) ==
                       sizeof(((struct sha256_ctx *)NULL)->state) &&
                   sizeof(((mbedtls_sha256_context *)NULL)->MBEDTLS_PRIVATE(buffer)) == BLOCK,
               "the contexts have the same parts");

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
extern __typeof__(mbedtls_sha256_update) __real_mbedtls_sha256_update, __wrap_mbedtls_sha256_update;
extern __typeof__(mbedtls_sha256_finish) __real_mbedtls_sha256_finish, __wrap_mbedtls_sha256_finish;

static void take(struct sha256_ctx *to, const mbedtls_sha256_context *from)
{
    const uint32_t *total = from->MBEDTLS_PRIVATE(total);
    to->count = ((uint64_t)total[1] << 32 | total[0]) / BLOCK;
    to->index = total[0] % BLOCK;
    memcpy(to->state, from->MBEDTLS_PRIVATE(state), sizeof(to->state));
    memcpy(to->block, from->MBEDTLS_PRIVATE(buffer), to->index);
}

static void put(mbedtls_sha256_context *to, const struct sha256_ctx *from)
{
    uint64_t total = from->count * BLOCK + from->index;
    memcpy(to->MBEDTLS_PRIVATE(state), from->state, sizeof(from->state));
    to->MBEDTLS_PRIVATE(total)[0] = (uint32_t)total;
    to->MBEDTLS_PRIVATE(total)[1] = (uint32_t)(total >> 32);
    memcpy(to->MBEDTLS_PRIVATE(buffer), from->block, from->index);
}

static __attribute__((noinline)) void wipe_below(void)
{
    unsigned char frames[BELOW];
    explicit_bzero(frames, sizeof(frames));
}

static void wipe(struct sha256_ctx *context)
{
    explicit_bzero(context, sizeof(*context));
    wipe_below();
}

static bool is_ours(const mbedtls_sha256_context *context)
{
    return crypto_seam_is_on() && context->MBEDTLS_PRIVATE(is224) == 0;
}

int __wrap_mbedtls_sha256_update(mbedtls_sha256_context *ctx, const unsigned char *input,
                                 size_t ilen)
{
    struct sha256_ctx context;
    if (!is_ours(ctx))
        return __real_mbedtls_sha256_update(ctx, input, ilen);
    if (ilen == 0)
        return 0;
    take(&context, ctx);
    sha256_update(&context, ilen, input);
    put(ctx, &context);
    wipe(&context);
    (void)crypto_seam_note(CRYPTO_OPERATION_SHA256, true);
    return 0;
}

int __wrap_mbedtls_sha256_finish(mbedtls_sha256_context *ctx, unsigned char *output)
{
    struct sha256_ctx context;
    if (!is_ours(ctx))
        return __real_mbedtls_sha256_finish(ctx, output);
    take(&context, ctx);
    sha256_digest(&context, SHA256_DIGEST_SIZE, output);
    mbedtls_sha256_free(ctx);
    wipe(&context);
    (void)crypto_seam_note(CRYPTO_OPERATION_SHA256, true);
    return 0;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
