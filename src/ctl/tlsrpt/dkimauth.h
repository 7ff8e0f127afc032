/* SPDX-License-Identifier: ISC */
/* dkimauth: whose DKIM signature of a mail passed, by Authentication-Results (RFC 8601); pure. */
#ifndef CTL_TLSRPT_DKIMAUTH_H
#define CTL_TLSRPT_DKIMAUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/name/hostname.h"

#define DKIMAUTH_FIELD_MAX 8192 /* bytes of the field; a longer one proves nothing */

/* The hosts whose Authentication-Results are believed, by their authserv-id. {0}: none. */
struct dkimauth {
    const char *const *hosts;
    size_t count;
};

/* Whether the field's value is one of these hosts': the topmost of them is the one to read. */
bool dkimauth_is_ours(const struct dkimauth *auth, const char *value);

/* Looks in the value for dkim=pass with a domain that is the sender's, above it or below it.
 * sender: the domain of the mail's From. Returns whether there is one, and its name. */
bool dkimauth_find_signer(struct hostname *out, const char *value, const char *sender);

#endif
