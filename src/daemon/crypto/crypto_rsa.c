/* SPDX-License-Identifier: ISC */
/* crypto_rsa: RSA signatures of 2048 to 4096 bits, blinded and checked, by nettle's hogweed. */
#include "daemon/crypto/crypto_rsa.h"

#include <gmp.h>
#include <nettle/nettle-meta.h>
#include <nettle/pkcs1.h>
#include <nettle/pss.h>
#include <nettle/rsa.h>
#include <string.h>

#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_blind.h"

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

static void take_number(mpz_t number, const unsigned char *bytes, size_t size)
{
    mpz_import(number, size, 1, 1, 1, 0, bytes);
}

/* nettle and GMP end the process where one of these is zero. */
static bool has_no_zero(const struct rsa_private_key *private)
{
    return mpz_sgn(private->a) != 0 && mpz_sgn(private->b) != 0 && mpz_sgn(private->c) != 0;
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
    return has_no_zero(private) && rsa_public_key_prepare(public) != 0 &&
           rsa_private_key_prepare(private) != 0 && public->size == key->size &&
           private->size == key->size;
}

/* What is signed, as a number (RFC 8017, 9.1 and 9.2). */
static bool encode_pkcs1(const struct task *task, mpz_t message)
{
    unsigned char info[sizeof(digest_info) + HASH_MAX];
    memcpy(info, digest_info, sizeof(digest_info));
    info[1] = (unsigned char)(sizeof(digest_info) - 2 + task->hash_length);
    info[14] = (unsigned char)(task->hash_length / 16 - 1);
    info[18] = (unsigned char)task->hash_length;
    memcpy(info + sizeof(digest_info), task->hash, task->hash_length);
    return pkcs1_rsa_digest_encode(message, task->key->size,
                                   sizeof(digest_info) + task->hash_length, info) != 0;
}

static bool encode_pss(const struct task *task, const mpz_t n, mpz_t message)
{
    unsigned char salt[HASH_MAX];
    size_t length = task->hash_length;
    const struct nettle_hash *hash = length == 32   ? &nettle_sha256
                                     : length == 48 ? &nettle_sha384
                                                    : &nettle_sha512;
    return task->random(task->random_context, salt, length) == 0 &&
           pss_encode_mgf1(message, mpz_sizeinbase(n, 2) - 1, hash, length, salt, task->hash) != 0;
}

/* As nettle's rsa_compute_root_tr does, which inverts by mpn_sec_invert. What is raised to e and
 * compared is the signature, not what it is before the blinding is out: a fault there is seen. */
static bool compute_root(const struct task *task, const struct rsa_public_key *public,
                         const struct rsa_private_key *private, const mpz_t message, mpz_t result)
{
    struct crypto_blind blind;
    mpz_t in;
    mpz_t out;
    if (!crypto_blind_begin(&blind, public->n, public->e))
        return false;
    mp_limb_t *wanted = crypto_blind_number(&blind);
    mp_limb_t *number = crypto_blind_number(&blind);
    mp_limb_t *inverse = crypto_blind_number(&blind);
    mp_limb_t *check = crypto_blind_number(&blind);
    crypto_blind_copy(&blind, wanted, message);
    crypto_blind_draw(&blind, number, inverse, task->random, task->random_context);
    crypto_blind_multiply(&blind, number, number, wanted);
    mpz_init(out);
    rsa_compute_root(private, out, mpz_roinit_n(in, number, blind.limbs));
    crypto_blind_copy(&blind, number, out);
    crypto_blind_multiply(&blind, number, number, inverse);
    crypto_blind_raise(&blind, check, number);
    if (!crypto_blind_equal(&blind, check, wanted))
        return false;
    mpz_set(result, mpz_roinit_n(in, number, blind.limbs));
    return true;
}

static bool sign(void *argument)
{
    struct task *task = argument;
    struct rsa_public_key public;
    struct rsa_private_key private;
    mpz_t message;
    mpz_t result;
    if (!take_keys(&public, &private, task->key))
        return false;
    mpz_init(message);
    mpz_init(result);
    if (!(task->padding == CRYPTO_RSA_PADDING_PKCS1 ? encode_pkcs1(task, message)
                                                    : encode_pss(task, public.n, message)) ||
        !compute_root(task, &public, &private, message, result))
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
