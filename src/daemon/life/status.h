/* SPDX-License-Identifier: ISC */
/* status: the status line for the service manager: how many domains are served, have errors, or
 * have no certificate. */
#ifndef DAEMON_LIFE_STATUS_H
#define DAEMON_LIFE_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/base/loader.h"
#include "daemon/hosts/site.h"

struct status;

/* Files are looked for on threads of the port's loader; it is lent. NULL: out of memory. */
struct status *status_open(struct loader_port *port);
void status_close(struct status *status);

/* Says that it is ready, and what it serves; broken is how many domains an error took out. Then
 * counts the hosts whose certificate is not there, and says that once it is known. */
void status_serve(struct status *status, struct site_table *table, size_t broken);

/* Says that a reload was refused, and that the old configuration serves on. */
void status_refuse(struct status *status, const char *refusal);

/* While hosts lack a certificate they are counted again each minute: status_count is to be called
 * at that time of the monotonic clock; INT64_MAX: it need not. */
int64_t status_due_ms(const struct status *status);
void status_count(struct status *status);

#endif
