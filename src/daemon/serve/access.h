/* SPDX-License-Identifier: ISC */
/* access: writes the log line of each fetch, refusal and challenge. */
#ifndef DAEMON_SERVE_ACCESS_H
#define DAEMON_SERVE_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/network.h"
#include "common/config/config.h"
#include "common/name/hostname.h"

/* One answered request, or one that got no answer. */
struct access_entry {
    const struct hostname *host;
    const struct network_address *client;
    const struct config_policy *policy; /* of the host; it was sent where the status is 200 */
    unsigned status;                    /* 0: no answer was sent */
    uint64_t bytes;                     /* of the answer, its fields included */
    const char *tls_version;
    const char *group;     /* of the key exchange */
    const char *signature; /* the kind of key that signed the handshake */
    const char *agent;     /* empty: none was given */
    int64_t handshake_us;  /* it took so long; -1: not known, as is the next */
    int64_t answer_us;     /* from the request's first byte to the answer's last */
    bool is_complete;      /* the answer went out to its last byte */
};

/* Writes the line, if access_log asks for it; rate-limited unless it is a complete answer 200. */
void access_log(const struct config_server *settings, const struct access_entry *entry);

/* A connection that ended before a request; reason is our own words. host: NULL or empty: the
 * client has named none. */
void access_log_refusal(const struct config_server *settings, const struct network_address *client,
                        const struct hostname *host, const char *reason);

/* A handshake that answered a TLS-ALPN-01 challenge. */
void access_log_challenge(const struct config_server *settings,
                          const struct network_address *client, const struct hostname *host);

/* A line that says how lines are written, so that who reads the log later knows for what time it is
 * whole. cause: "start", "reload", "hour" or "stop". policies: the id of all that are served;
 * empty: unknown. */
void access_log_mark(const struct config_server *settings, const char *cause, const char *policies);

#endif
