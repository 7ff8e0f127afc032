/* SPDX-License-Identifier: ISC */
/* hostname: parses host names; a name from outside is a struct hostname or it is rejected. */
#ifndef COMMON_NAME_HOSTNAME_H
#define COMMON_NAME_HOSTNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

#define HOSTNAME_MAX                                                                               \
    253 /* characters of a name in full, RFC 1035 section 2.3.4 less the root's dot */

/* A host name in lower case: labels of letters, digits and inner hyphens (RFC 952, RFC 1123 section
 * 2.1), 1 to 63 characters each, at least two of them, the last not all digits, no trailing dot.
 * {0} is the empty name: no name at all. */
struct hostname {
    unsigned char length;
    char text[HOSTNAME_MAX + 1]; /* NUL-terminated */
};

/* What keeps a name from being one; the order is that in which they are looked for. */
enum hostname_fault {
    HOSTNAME_FINE,
    HOSTNAME_EMPTY,
    HOSTNAME_CONTROL_BYTE,
    HOSTNAME_BLANK,
    HOSTNAME_U_LABEL, /* a byte that is not ASCII */
    HOSTNAME_IP_ADDRESS,
    HOSTNAME_BARE_WILDCARD,
    HOSTNAME_WILDCARD_PLACE, /* where it may not stand; in a host name, anywhere */
    HOSTNAME_TOO_LONG,
    HOSTNAME_LABEL_EMPTY,
    HOSTNAME_LABEL_TOO_LONG,
    HOSTNAME_UNDERSCORE,
    HOSTNAME_CHARACTER,
    HOSTNAME_HYPHEN,
    HOSTNAME_ONLY_DIGITS, /* the last label, though it is no IPv4 address */
    HOSTNAME_SINGLE_LABEL,
    HOSTNAME_TRAILING_DOT, /* and without it, it would be fine */
};

/* Parses exactly length bytes; nothing is trimmed or repaired but the letter case. Returns 0, or -1
 * with a sentence: an IP address, a U-label (its A-label is named where it can be made, RFC 5891),
 * a trailing dot, an over-long label and so on each have their own. *out is the empty name then.
 * Pure; safe on hostile bytes. why may be NULL, and then no sentence is made. */
int hostname_parse(struct hostname *out, const char *bytes, size_t length, struct error *why);

/* As hostname_parse for the value of a Host field or an authority (RFC 9112 section 3.2): one
 * trailing dot and ":port" (1 to 5 digits, or none) are allowed and left out. */
int hostname_parse_authority(struct hostname *out, const char *bytes, size_t length,
                             struct error *why);

/* An MX pattern (RFC 8461 section 3.2): a name as for hostname_parse, which may also be a single
 * label, or "*." and such a name. Returns 0, or -1 with a sentence. */
int hostname_check_mx_pattern(const char *bytes, size_t length, struct error *why);

/* The same judgement without a sentence. */
enum hostname_fault hostname_mx_fault(const char *bytes, size_t length);

/* The one right form of a faulty name or pattern, where it has one: without its trailing dot, in
 * A-labels, in lower case. For messages and for lint; false, and out empty, where there is none. */
bool hostname_suggest(char out[HOSTNAME_MAX + 1], const char *bytes, size_t length);

bool hostname_equal(const struct hostname *a, const struct hostname *b);

/* What the policy host's name begins with; the domain follows (RFC 8461 section 3.3). */
#define HOSTNAME_POLICY_PREFIX "mta-sts."

/* The domain in the name of its policy host; NULL where the name is no policy host's. */
const char *hostname_policy_domain(const char *policy_host);

/* Writes "mta-sts." and the domain, the policy host of RFC 8461 section 3.2. -1 when the result
 * would exceed HOSTNAME_MAX. */
int hostname_policy_host(struct hostname *out, const struct hostname *domain, struct error *why);

#endif
