/* SPDX-License-Identifier: ISC */
/* setup: the server's configuration, read for a verb; what is wrong with it is said on stderr. */
#ifndef CTL_BASE_SETUP_H
#define CTL_BASE_SETUP_H

#include <stdbool.h>

#include "common/config/config.h"
#include "common/name/hostname.h"

#define SETUP_CONFIG SYSCONFDIR "/mta-stsd/mta-stsd.ini"

/* What every verb returns. */
enum setup_exit {
    SETUP_FINE,
    SETUP_FOUND,  /* something was found, or something failed */
    SETUP_FAILED, /* usage, or failure to run */
    SETUP_KNOWN,  /* of certs --renew: what was found has been so for more than a day */
};

/* Returns 0, or -1 when the whole is refused, and has said why. Domains that have errors are left
 * out, and counted in one line. */
int setup_load(struct config **out, const char *path);

/* Reads [server], [acme], [dns] and [tlsrpt] of the main file alone, and says their errors on
 * stderr; *out holds what could be read. Where optional is set, a file that cannot be read is taken
 * as empty, and that it is not there is not said. Returns 0, or -1 and has said why; *out is NULL
 * then. Free it with config_free. */
int setup_load_settings(struct config **out, const char *path, bool optional);

/* A domain that is configured and has no errors, or NULL. */
const struct config_domain *setup_find(const struct config *config, const char *domain);

/* Reads a name that the command line gives the verb, of so many bytes. Returns 0, or SETUP_FAILED
 * and has said why. */
int setup_name(struct hostname *out, const char *verb, const char *word, size_t length);

/* Says on stderr that there is no such domain; returns SETUP_FAILED. */
int setup_fail_unknown(const char *domain);

/* Reads a decimal number of an option, nothing around it. Returns whether it is within the bounds.
 */
bool setup_number(unsigned *out, const char *word, unsigned least, unsigned most);

/* Says the sentence on stderr, as the program's; returns SETUP_FAILED. */
int setup_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
