/* SPDX-License-Identifier: ISC */
/* policyid: the id of a policy, as its TXT record names it, made of the policy's bytes alone. */
#include "common/policy/policyid.h"

#include "common/base/sha256.h"

int policyid_make(char out[POLICYID_LENGTH + 1], const char *bytes, size_t length,
                  struct error *why)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[SHA256_BYTES];
    out[0] = '\0';
    if (sha256_compute(hash, bytes, length) != 0)
        return error_set(why, "mbedTLS cannot compute a SHA-256");
    for (size_t i = 0; i < POLICYID_LENGTH; i++)
        out[i] = digits[i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15];
    out[POLICYID_LENGTH] = '\0';
    return 0;
}
