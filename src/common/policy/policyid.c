/* SPDX-License-Identifier: ISC */
/* policyid: the id of a policy, as its TXT record names it, made of the policy's bytes alone. */
#include "common/policy/policyid.h"

#include <psa/crypto.h>

int policyid_make(char out[POLICYID_LENGTH + 1], const char *bytes, size_t length,
                  struct error *why)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[PSA_HASH_LENGTH(PSA_ALG_SHA_256)];
    size_t hash_length;
    out[0] = '\0';
    if (psa_crypto_init() != PSA_SUCCESS ||
        psa_hash_compute(PSA_ALG_SHA_256, (const unsigned char *)bytes, length, hash, sizeof(hash),
                         &hash_length) != PSA_SUCCESS)
        return error_set(why, "mbedTLS cannot compute a SHA-256");
    for (size_t i = 0; i < POLICYID_LENGTH; i++)
        out[i] = digits[i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15];
    out[POLICYID_LENGTH] = '\0';
    return 0;
}
