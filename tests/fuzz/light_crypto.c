/* SPDX-License-Identifier: ISC */
/* light_crypto: stands in for the costly arithmetic of a handshake, so that a fuzzer spends its
 * time on what it is for. It gives no secrecy at all; what each side checks is still checked.
 *
 * The linker leads mbedTLS's own calls here (--wrap), so both ends of a connection agree. An
 * mbedTLS that is a shared library calls itself as before, and the fuzzer is merely slow. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <stdint.h>
#include <string.h>

#define X25519_BYTES 32

/* As the linker names them. */
void __wrap_Hacl_Curve25519_crypto_scalarmult(uint8_t *out, const uint8_t *secret,
                                              const uint8_t *point);
int __real_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *out,
                           const mbedtls_mpi *secret, const mbedtls_ecp_point *point,
                           mbedtls_f_rng_t *random, void *state);
int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *out,
                           const mbedtls_mpi *secret, const mbedtls_ecp_point *point,
                           mbedtls_f_rng_t *random, void *state);
int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *group, mbedtls_ecp_point *out,
                                       const mbedtls_mpi *secret, const mbedtls_ecp_point *point,
                                       mbedtls_f_rng_t *random, void *state,
                                       mbedtls_ecp_restart_ctx *rest);
int __wrap_mbedtls_ecp_check_pub_priv(const mbedtls_ecp_keypair *open,
                                      const mbedtls_ecp_keypair *secret, mbedtls_f_rng_t *random,
                                      void *state);
int __real_mbedtls_ecp_gen_key(mbedtls_ecp_group_id id, mbedtls_ecp_keypair *out,
                               mbedtls_f_rng_t *random, void *state);
int __wrap_mbedtls_ecp_gen_key(mbedtls_ecp_group_id id, mbedtls_ecp_keypair *out,
                               mbedtls_f_rng_t *random, void *state);
int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *key, mbedtls_md_type_t kind,
                                         const unsigned char *hash, size_t length,
                                         unsigned char *out, size_t size, size_t *written,
                                         mbedtls_f_rng_t *random, void *state);
int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *key, const unsigned char *hash,
                                        size_t length, const unsigned char *bytes, size_t size);

/* ---- Key agreement by X25519: a public key is the secret itself, and what two sides share is the
 * difference of both. Everest's functions and those of ecp meet in one handshake. */

void __wrap_Hacl_Curve25519_crypto_scalarmult(uint8_t *out, const uint8_t *secret,
                                              const uint8_t *point)
{
    static const uint8_t base[X25519_BYTES] = {9};
    uint8_t keep = memcmp(point, base, sizeof(base)) == 0 ? 0 : 0xff;
    for (size_t i = 0; i < X25519_BYTES; i++)
        out[i] = secret[i] ^ (point[i] & keep);
}

static int multiply_x25519(mbedtls_ecp_group *group, mbedtls_ecp_point *out,
                           const mbedtls_mpi *secret, const mbedtls_ecp_point *point)
{
    uint8_t number[X25519_BYTES], place[X25519_BYTES], product[X25519_BYTES];
    int code = mbedtls_ecp_check_privkey(group, secret);
    if (code == 0)
        code = mbedtls_ecp_check_pubkey(group, point);
    if (code == 0)
        code = mbedtls_mpi_write_binary_le(secret, number, sizeof(number));
    if (code == 0)
        code = mbedtls_mpi_write_binary_le(&point->X, place, sizeof(place));
    if (code != 0)
        return code;
    __wrap_Hacl_Curve25519_crypto_scalarmult(product, number, place);
    code = mbedtls_mpi_read_binary_le(&out->X, product, sizeof(product));
    return code != 0 ? code : mbedtls_mpi_lset(&out->Z, 1);
}

/* Other curves are met by clients that a script has changed, and are counted as ever. */
int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *out,
                           const mbedtls_mpi *secret, const mbedtls_ecp_point *point,
                           mbedtls_f_rng_t *random, void *state)
{
    if (group->id == MBEDTLS_ECP_DP_CURVE25519)
        return multiply_x25519(group, out, secret, point);
    return __real_mbedtls_ecp_mul(group, out, secret, point, random, state);
}

int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *group, mbedtls_ecp_point *out,
                                       const mbedtls_mpi *secret, const mbedtls_ecp_point *point,
                                       mbedtls_f_rng_t *random, void *state,
                                       mbedtls_ecp_restart_ctx *rest)
{
    (void)rest; /* nobody here asks for it */
    return __wrap_mbedtls_ecp_mul(group, out, secret, point, random, state);
}

/* ---- Keys. */

/* Each pair here was made as one, so its public halves tell. */
int __wrap_mbedtls_ecp_check_pub_priv(const mbedtls_ecp_keypair *open,
                                      const mbedtls_ecp_keypair *secret, mbedtls_f_rng_t *random,
                                      void *state)
{
    (void)random, (void)state;
    return open->grp.id == secret->grp.id && mbedtls_ecp_point_cmp(&open->Q, &secret->Q) == 0
               ? 0
               : MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
}

/* The first key of a curve is its last. */
int __wrap_mbedtls_ecp_gen_key(mbedtls_ecp_group_id id, mbedtls_ecp_keypair *out,
                               mbedtls_f_rng_t *random, void *state)
{
    static mbedtls_ecp_keypair first;
    int code = 0;
    if (first.grp.id != id) {
        mbedtls_ecp_keypair_free(&first);
        code = __real_mbedtls_ecp_gen_key(id, &first, random, state);
    }
    if (code == 0)
        code = mbedtls_ecp_group_load(&out->grp, id);
    if (code == 0)
        code = mbedtls_mpi_copy(&out->d, &first.d);
    return code != 0 ? code : mbedtls_ecp_copy(&out->Q, &first.Q);
}

/* ---- ECDSA: a signature is the name of its key, and what was signed. */

/* Its length, or an error. */
static int write_signature(unsigned char *out, size_t size, const mbedtls_ecdsa_context *key,
                           const unsigned char *hash, size_t length)
{
    size_t name = (key->grp.pbits + 7) / 8;
    if (size < name || size - name < length)
        return MBEDTLS_ERR_ECP_BUFFER_TOO_SMALL;
    int code = mbedtls_mpi_write_binary(&key->Q.X, out, name);
    if (code != 0)
        return code;
    memcpy(out + name, hash, length);
    return (int)(name + length);
}

int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *key, mbedtls_md_type_t kind,
                                         const unsigned char *hash, size_t length,
                                         unsigned char *out, size_t size, size_t *written,
                                         mbedtls_f_rng_t *random, void *state)
{
    (void)kind, (void)random, (void)state;
    int code = write_signature(out, size, key, hash, length);
    if (code < 0)
        return code;
    *written = (size_t)code;
    return 0;
}

int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *key, const unsigned char *hash,
                                        size_t length, const unsigned char *bytes, size_t size)
{
    unsigned char wanted[MBEDTLS_ECDSA_MAX_LEN];
    int code = write_signature(wanted, sizeof(wanted), key, hash, length);
    if (code < 0)
        return code;
    return size == (size_t)code && memcmp(bytes, wanted, size) == 0 ? 0
                                                                    : MBEDTLS_ERR_ECP_VERIFY_FAILED;
}
