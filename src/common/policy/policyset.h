/* SPDX-License-Identifier: ISC */
/* policyset: the id of all policies that a server serves, so that two sets can be compared. */
#ifndef COMMON_POLICY_POLICYSET_H
#define COMMON_POLICY_POLICYSET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/policy/policyid.h"

/* One domain and the bytes of its policy, borrowed. */
struct policyset_item {
    const char *domain;
    const char *bytes; /* NULL: this one is left out */
    size_t length;
};

/* Gives the item of that number, from 0 up; false: there are no more. The order counts. */
typedef bool policyset_next(const void *context, size_t number, struct policyset_item *out);

/* Writes the first 20 hexadecimal digits, in lower case, of a SHA-256 of the items. Returns 0, or
 * -1 with why when SHA-256 cannot be computed; out is empty then. */
int policyset_make(char out[POLICYID_LENGTH + 1], policyset_next *next, const void *context,
                   struct error *why);

#endif
