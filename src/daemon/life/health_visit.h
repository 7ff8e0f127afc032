/* SPDX-License-Identifier: ISC */
/* health_visit: fetches a policy from this machine, and reports the result. */
#ifndef DAEMON_LIFE_HEALTH_VISIT_H
#define DAEMON_LIFE_HEALTH_VISIT_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/base/network.h"
#include "common/config/config.h"

/* All borrowed. */
struct health_visit {
    const struct network_endpoint *endpoint;
    const struct config_networks *proxy_from; /* a PROXY header is sent where our address is here */
    const char *host;                         /* the policy host; NULL: no SNI */
    int64_t deadline_ms;                      /* of moment_steady_ms() */
};

enum health_ending {
    HEALTH_ENDING_SERVED,    /* the policy came */
    HEALTH_ENDING_ALERT,     /* the handshake was refused by an alert */
    HEALTH_ENDING_UNREACHED, /* nobody listens there; *why says the reason */
    HEALTH_ENDING_SICK,      /* somebody does, and does not answer as the server would; *why */
};

/* The certificate is not verified: it is the senders' to judge, and --check-certs's. */
enum health_ending health_visit(const struct health_visit *visit, struct error *why);

#endif
