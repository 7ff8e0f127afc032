/* SPDX-License-Identifier: ISC */
/* deploy: runs deploy_command to copy files to the other machines, and records which certificates
 * they still lack. */
#ifndef CTL_ACME_DEPLOY_H
#define CTL_ACME_DEPLOY_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/config/config.h"

#define DEPLOY_BOUND_S 60 /* a command that takes longer is killed, and counts as failed */

/* Without a configured deploy_command, all of these do nothing and succeed. */

/* Runs `deploy_command event host path` and waits for it. Returns 0 if it exited with 0, or -1 with
 * why. */
int deploy_run(const struct config_acme *acme, const char *event, const char *host,
               const char *path, struct error *why);

/* Records on disk, before the host's certificate is replaced, that the other machines lack it.
 * Returns 0, or -1 with why. */
int deploy_owe(const struct config_acme *acme, const char *host, struct error *why);

/* Whether the other machines lack the host's certificate. */
bool deploy_is_owed(const struct config_acme *acme, const char *host);

/* Copies the certificate at path to them, and removes the record. Returns 0, or -1 with why;
 * the record stays then. */
int deploy_certificate(const struct config_acme *acme, const char *host, const char *path,
                       struct error *why);

#endif
