/* SPDX-License-Identifier: ISC */
/* policyid: the id of a policy, as its TXT record names it, made of the policy's bytes alone. */
#ifndef COMMON_POLICY_POLICYID_H
#define COMMON_POLICY_POLICYID_H

#include <stddef.h>

#include "common/base/error.h"

#define POLICYID_LENGTH 20 /* characters; RFC 8461 section 3.1 allows 32 */

/* Writes the first 20 hexadecimal digits, in lower case, of the SHA-256 of the bytes: equal bytes
 * have one id on each machine, and other bytes another. Returns 0, or -1 with why when SHA-256
 * cannot be computed. */
int policyid_make(char out[POLICYID_LENGTH + 1], const char *bytes, size_t length,
                  struct error *why);

#endif
