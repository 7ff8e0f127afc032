/* SPDX-License-Identifier: ISC */
/* crypto_rsa: RSA signatures of 2048 to 4096 bits, blinded and checked, by nettle's hogweed. */
#include "daemon/crypto/crypto_rsa.h"

#include <gmp.h>
#include <nettle/rsa.h>
#include <stdint.h>
#include <string.h>

#include "daemon/crypto/crypto_arena.h"

#define HASH_MAX 64

/* DigestInfo of SHA-256 up to the hash (RFC 8017, 9.2, note 1). The others of SHA-2 differ in the
 * lengths, at 1 and 18, and in the last part of the hash's name, at 14. */
static const unsigned char digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                            0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                            0x01, 0x05, 0x00, 0x04, 0x20};

struct task {
    unsigned char *signature;
    const struct crypto_rsa_key *key;
    enum crypto_rsa_padding padding;
    const unsigned char *hash;
    size_t hash_length;
    crypto_rsa_random *random;
    void *random_context;
};

/* What nettle calls; it expects that this cannot fail. */
static void fill(void *context, size_t length, uint8_t *out)
{
    const struct task *task = context;
    if (task->random(task->random_context, out, length) != 0)
        crypto_arena_give_up();
}

static void take_number(mpz_t number, const unsigned char *bytes, size_t size)
{
    mpz_import(number, size, 1, 1, 1, 0, bytes);
}

static bool take_keys(struct rsa_public_key *public, struct rsa_private_key *private,
                      const struct crypto_rsa_key *key)
{
    rsa_public_key_init(public);
    rsa_private_key_init(private);
    take_number(public->n, key->n, key->size);
    take_number(public->e, key->e, sizeof(key->e));
    take_number(private->p, key->p, key->size / 2);
    take_number(private->q, key->q, key->size / 2);
    take_number(private->a, key->dp, key->size / 2);
    take_number(private->b, key->dq, key->size / 2);
    take_number(private->c, key->qp, key->size / 2);
    return rsa_public_key_prepare(public) != 0 && rsa_private_key_prepare(private) != 0 &&
           public->size == key->size && private->size == key->size;
}

static int sign_pkcs1(struct task *task, const struct rsa_public_key *public,
                      const struct rsa_private_key *private, mpz_t result)
{
    unsigned char info[sizeof(digest_info) + HASH_MAX];
    memcpy(info, digest_info, sizeof(digest_info));
    info[1] = (unsigned char)(sizeof(digest_info) - 2 + task->hash_length);
    info[14] = (unsigned char)(task->hash_length / 16 - 1);
    info[18] = (unsigned char)task->hash_length;
    memcpy(info + sizeof(digest_info), task->hash, task->hash_length);
    return rsa_pkcs1_sign_tr(public, private, task, fill, sizeof(digest_info) + task->hash_length,
                             info, result);
}

static int sign_pss(struct task *task, const struct rsa_public_key *public,
                    const struct rsa_private_key *private, mpz_t result)
{
    unsigned char salt[HASH_MAX];
    size_t length = task->hash_length;
    fill(task, length, salt);
    switch (length) {
    case 32:
        return rsa_pss_sha256_sign_digest_tr(public, private, task, fill, length, salt, task->hash,
                                             result);
    case 48:
        return rsa_pss_sha384_sign_digest_tr(public, private, task, fill, length, salt, task->hash,
                                             result);
    default:
        return rsa_pss_sha512_sign_digest_tr(public, private, task, fill, length, salt, task->hash,
                                             result);
    }
}

static bool sign(void *argument)
{
    struct task *task = argument;
    struct rsa_public_key public;
    struct rsa_private_key private;
    mpz_t result;
    if (!take_keys(&public, &private, task->key))
        return false;
    mpz_init(result);
    int made = task->padding == CRYPTO_RSA_PADDING_PKCS1
                   ? sign_pkcs1(task, &public, &private, result)
                   : sign_pss(task, &public, &private, result);
    if (made == 0 || mpz_sizeinbase(result, 256) > task->key->size)
        return false;
    size_t length = mpz_sizeinbase(result, 256);
    memset(task->signature, 0, task->key->size - length);
    mpz_export(task->signature + task->key->size - length, NULL, 1, 1, 1, 0, result);
    return true;
}

bool crypto_rsa_sign(unsigned char *signature, const struct crypto_rsa_key *key,
                     enum crypto_rsa_padding padding, const unsigned char *hash, size_t hash_length,
                     crypto_rsa_random *random, void *random_context)
{
    unsigned char memory[CRYPTO_ARENA_RSA];
    struct task task = {.signature = signature,
                        .key = key,
                        .padding = padding,
                        .hash = hash,
                        .hash_length = hash_length,
                        .random = random,
                        .random_context = random_context};
    if (key->size < CRYPTO_RSA_BYTES_MIN || key->size > CRYPTO_RSA_BYTES_MAX ||
        key->size % 2 != 0 || (hash_length != 32 && hash_length != 48 && hash_length != 64))
        return false;
    return crypto_arena_run(memory, sizeof(memory), sign, &task);
}
