/* SPDX-License-Identifier: ISC */
/* certcheck: reads every certificate of a configuration once, for --check-certs. */
#ifndef DAEMON_HOSTS_CERTCHECK_H
#define DAEMON_HOSTS_CERTCHECK_H

#include "common/base/finding.h"
#include "common/config/config.h"

/* Adds an error for each pair that the server could not use, or whose names lack the policy host,
 * and a warning for each that is out of date, each at its certificate line. Broken domains are
 * passed over. Call it as the user that the server runs as. A file that neighbouring domains share
 * is read once. */
void certcheck_run(const struct config *config, struct findings *said);

#endif
