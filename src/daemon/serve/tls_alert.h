/* SPDX-License-Identifier: ISC */
/* tls_alert: the alerts of TLS (RFC 8446 section 6): which one a failure needs, and what one means;
 * pure. */
#ifndef DAEMON_SERVE_TLS_ALERT_H
#define DAEMON_SERVE_TLS_ALERT_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/wire_record.h"

#define TLS_ALERT_NONE (-1)

/* The alert that the failed handshake is to end with where mbedTLS sent none: code is its error,
 * last the record that came in last, hello_read whether the failing step read bytes. Where the
 * client ended the handshake, TLS_ALERT_NONE. */
int tls_alert_for(int code, const struct wire_record *last, bool hello_read);

/* "unknown_ca"; NULL for a number that is not registered. */
const char *tls_alert_name(int alert);

/* Why we ended a handshake with this alert, as a sentence without its point; NULL where mbedTLS's
 * own words say more. */
const char *tls_alert_cause(int alert);

/* Writes what a client's alert says, with its name or number. authentic: it came encrypted, so
 * nobody on the path can have made it. */
void tls_alert_describe(char *out, size_t size, int alert, bool authentic);

#endif
