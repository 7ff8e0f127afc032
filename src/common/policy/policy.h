/* SPDX-License-Identifier: ISC */
/* policy: an MTA-STS policy as a value, its one rendering, and its parsing from a file's bytes
 * (RFC 8461 section 3.2). */
#ifndef COMMON_POLICY_POLICY_H
#define COMMON_POLICY_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define POLICY_MAX_BYTES   64000    /* Mimecast's bound; RFC 8461 suggests 64 KB */
#define POLICY_WARN_BYTES  10240    /* chasquid cuts there, and then finds no max_age */
#define POLICY_MAX_AGE     31557600 /* seconds, RFC 8461 section 3.2 */
#define POLICY_AGE_TESTING 86400    /* built-in max_age for testing and none */
#define POLICY_AGE_ENFORCE 604800   /* built-in max_age for enforce */

enum policy_mode {
    POLICY_MODE_NONE,
    POLICY_MODE_TESTING,
    POLICY_MODE_ENFORCE,
};

/* What a domain's policy says. mx is borrowed: patterns in the order and spelling configured. */
struct policy {
    enum policy_mode mode;
    uint32_t max_age; /* seconds */
    size_t mx_count;
    const char *const *mx;
};

/* "enforce", "testing", "none"; a word of these in any other form is an error that names them. */
int policy_mode_parse(enum policy_mode *out, const char *text, struct error *why);
const char *policy_mode_name(enum policy_mode mode);

/* 1 to 10 digits, 0 to POLICY_MAX_AGE. */
int policy_max_age_parse(uint32_t *out, const char *text, struct error *why);

/* The length of the rendering in bytes, without a NUL. */
size_t policy_rendered_length(const struct policy *policy);

/* The letter in lower case, whatever the locale; other bytes stay. */
char policy_lower(char byte);

/* Writes the rendering: ASCII, CRLF, exactly one final CRLF, keys in the order version, mode, mx in
 * the order configured and in lower case, as Mimecast compares letter by letter, max_age. out holds
 * policy_rendered_length bytes; no NUL is written. */
void policy_render(const struct policy *policy, char *out);

#endif
