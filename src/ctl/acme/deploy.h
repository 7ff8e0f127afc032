/* SPDX-License-Identifier: ISC */
/* deploy: has the configured command bring files to the other machines, and remembers which
 * certificates they lack. */
#ifndef CTL_ACME_DEPLOY_H
#define CTL_ACME_DEPLOY_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/config/config.h"

#define DEPLOY_BOUND_S 60 /* a command that takes longer is ended, and has failed */

/* All of these do nothing, and succeed, where no deploy_command is configured. */

/* Runs `deploy_command event host path` and waits for it. Returns 0 if it exited with 0, or -1 with
 * why. */
int deploy_run(const struct config_acme *acme, const char *event, const char *host,
               const char *path, struct error *why);

/* Remembers on disk, before the host's certificate is replaced, that the others will lack it.
 * Returns 0, or -1 with why. */
int deploy_owe(const struct config_acme *acme, const char *host, struct error *why);

/* Whether they lack the host's certificate. */
bool deploy_is_owed(const struct config_acme *acme, const char *host);

/* Brings them the certificate at path, and forgets that they lacked it. Returns 0, or -1 with why;
 * it is still owed then. */
int deploy_certificate(const struct config_acme *acme, const char *host, const char *path,
                       struct error *why);

#endif
