/* SPDX-License-Identifier: ISC */
/* policyset: the id of all policies that a server serves, so that two sets can be compared. */
#include "common/policy/policyset.h"

#include <psa/crypto.h>
#include <stdint.h>
#include <string.h>

static psa_status_t add(psa_hash_operation_t *hash, const void *bytes, size_t length)
{
    return psa_hash_update(hash, bytes, length);
}

/* The name with its NUL, the length, the bytes: so two sets never have the same sum of bytes. */
static psa_status_t add_item(psa_hash_operation_t *hash, const struct policyset_item *item)
{
    uint64_t length = item->length;
    unsigned char number[8];
    for (size_t i = 0; i < sizeof(number); i++)
        number[i] = (unsigned char)(length >> 8 * i);
    psa_status_t status = add(hash, item->domain, strlen(item->domain) + 1);
    if (status == PSA_SUCCESS)
        status = add(hash, number, sizeof(number));
    return status == PSA_SUCCESS ? add(hash, item->bytes, item->length) : status;
}

int policyset_make(char out[POLICYID_LENGTH + 1], policyset_next *next, const void *context,
                   struct error *why)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[PSA_HASH_LENGTH(PSA_ALG_SHA_256)];
    size_t sum_length;
    struct policyset_item item;
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    psa_status_t status = psa_crypto_init();
    out[0] = '\0';
    if (status == PSA_SUCCESS)
        status = psa_hash_setup(&hash, PSA_ALG_SHA_256);
    for (size_t i = 0; status == PSA_SUCCESS && next(context, i, &item); i++) {
        if (item.bytes != NULL)
            status = add_item(&hash, &item);
    }
    if (status == PSA_SUCCESS)
        status = psa_hash_finish(&hash, sum, sizeof(sum), &sum_length);
    if (status != PSA_SUCCESS) {
        psa_hash_abort(&hash);
        return error_set(why, "mbedTLS cannot compute a SHA-256");
    }
    for (size_t i = 0; i < POLICYID_LENGTH; i++)
        out[i] = digits[i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15];
    out[POLICYID_LENGTH] = '\0';
    return 0;
}
