/* SPDX-License-Identifier: ISC */
/* setup: loads the server's configuration for a verb, and prints its errors on stderr. */
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

/* Returns 0, or -1 after printing why if the configuration is rejected. Domains with errors are
 * skipped, and counted in one line. Errors in [dns], [tlsrpt] and [watch] are printed; needed: the
 * rule (CONFIG_RULE_DNS, say) of the section without which the verb cannot go on, so that an error
 * there rejects all; NULL: none. */
int setup_load(struct config **out, const char *path, const char *needed);

/* Reads [server], [acme], [dns], [tlsrpt] and [watch] of the main file alone, and prints their
 * errors; *out holds what could be read; needed: as above. If optional is set, a file that cannot
 * be read counts as empty, and a missing one is not mentioned. Returns 0, or -1 after printing why;
 * *out is NULL then. Free it with config_free. */
int setup_load_settings(struct config **out, const char *path, const char *needed, bool optional);

/* Returns a configured domain without errors, or NULL. */
const struct config_domain *setup_find(const struct config *config, const char *domain);

/* Parses a name from the verb's command line. Returns 0, or SETUP_FAILED after printing why. */
int setup_name(struct hostname *out, const char *verb, const char *word, size_t length);

/* Prints that there is no such domain; returns SETUP_FAILED. */
int setup_fail_unknown(const char *domain);

/* Parses a decimal number of an option. Returns whether it is valid and within the bounds.
 */
bool setup_number(unsigned *out, const char *word, unsigned least, unsigned most);

/* Prints "mta-stsctl: MESSAGE" on stderr; returns SETUP_FAILED. */
int setup_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
