/* SPDX-License-Identifier: ISC */
/* check: reports everything that is wrong with a configuration, for --check; opens no port. */
#ifndef DAEMON_LIFE_CHECK_H
#define DAEMON_LIFE_CHECK_H

#include <stdbool.h>

/* Loads the configuration and, if asked, every certificate; writes all findings to the log and
 * one line of summary to stdout. Returns the exit status: 0, or 1 when there was any error. */
int check_run(const char *config_path, bool reads_certs);

#endif
