/* SPDX-License-Identifier: ISC */
/* privilege: switches from root to the configured user for good, once the ports are open. */
#ifndef DAEMON_LIFE_PRIVILEGE_H
#define DAEMON_LIFE_PRIVILEGE_H

#include "common/base/error.h"

/* Becomes the user, a name or number, with its group and supplementary groups, and rules out new
 * privileges. Started without root, it only checks that the user is the one already running.
 * Returns -1 with a sentence for an unknown user, for root itself, and for root without a user
 * (NULL). Before any thread starts. */
int privilege_drop(const char *user, struct error *why);

/* As privilege_drop, but only looks whether it would be refused. */
int privilege_check(const char *user, struct error *why);

/* Whether the user, if not NULL, exists and is not root, whoever asks. */
int privilege_check_account(const char *user, struct error *why);

#endif
