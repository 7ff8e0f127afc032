/* SPDX-License-Identifier: ISC */
/* access: writes the log line of each fetch, refusal and challenge. */
#ifndef DAEMON_SERVE_ACCESS_H
#define DAEMON_SERVE_ACCESS_H

#include <stdbool.h>

#include "common/base/network.h"
#include "common/config/config.h"
#include "common/name/hostname.h"

struct access_entry {
    const struct hostname *host;
    const struct network_address *client;
    unsigned status; /* 0: no answer was sent */
    const char *tls_version;
    const char *agent; /* cleaned; empty: none was given */
    bool is_complete;  /* the answer went out to its last byte */
};

/* Writes the line, if the mode asks for it; rate-limited unless it is a complete answer 200. */
void access_log(enum config_access_log mode, const struct access_entry *entry);

/* A connection that ended before a request; reason is our own words. */
void access_log_refusal(const struct network_address *client, const char *reason);

/* A handshake that answered a TLS-ALPN-01 challenge. */
void access_log_challenge(enum config_access_log mode, const struct network_address *client,
                          const struct hostname *host);

#endif
