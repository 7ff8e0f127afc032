/* SPDX-License-Identifier: ISC */
/* port_holder: which other program listens on an endpoint's port, as far as /proc tells. */
#ifndef DAEMON_BASE_PORT_HOLDER_H
#define DAEMON_BASE_PORT_HOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/network.h"

#define PORT_HOLDER_MAX 96 /* bytes that hold the text, and its NUL */

/* Writes "nginx (process 812)", or "a process of user 33" where this process may not look into the
 * other one; printable ASCII. Returns false, and out is empty, where nothing is found. Reads files
 * of /proc only, so it does not wait; for messages alone, since all may have changed by then. */
bool port_holder_find(char out[PORT_HOLDER_MAX], const struct network_endpoint *endpoint);

#endif
