/* SPDX-License-Identifier: ISC */
/* caa: checks whether CAA records allow a CA to issue for a host (RFC 8659, 8657). */
#ifndef CTL_NET_CAA_H
#define CTL_NET_CAA_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/name/hostname.h"
#include "ctl/net/dns.h"

/* The CA. Without identities, only records that forbid every CA are refused. */
struct caa_ca {
    const struct hostname *identities; /* its names in CAA records; borrowed */
    size_t count;
    const char *account; /* the URI of our account; NULL: unknown, any matches, with a note */
};

/* Climbs from the host to its top-level domain for the first records, and judges them. A failed
 * look-up counts as a refusal, as for a CA. Returns 0, or -1 with why. note: a sentence where only
 * one account may order (accounturi), and ours is unknown; else empty. It may be NULL. */
int caa_check(struct dns *dns, const char *host, const struct caa_ca *ca, struct error *note,
              struct error *why);

#endif
