/* SPDX-License-Identifier: ISC */
/* smtp: tests STARTTLS with one mail host at one address, as a sender would. */
#ifndef CTL_CHECK_SMTP_H
#define CTL_CHECK_SMTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/network.h"
#include "ctl/net/peer.h"

#define SMTP_BOUND_S     30   /* some hosts delay their greeting */
#define SMTP_PATIENCE_MS 5000 /* who is slower is tried once */

/* Why a sender that requires MTA-STS would not deliver there: the first fault. */
enum smtp_failure {
    SMTP_FINE,
    SMTP_UNREACHABLE, /* no connection: it may be down, or port 25 be closed from here */
    SMTP_SLOW,        /* not done within the bound */
    SMTP_REFUSED,     /* it greets with a refusal, or does not speak SMTP */
    SMTP_NO_STARTTLS, /* not offered */
    SMTP_DENIED,      /* offered, and rejected */
    SMTP_HANDSHAKE,   /* TLS fails after STARTTLS */
    SMTP_OLD_TLS,     /* older than TLS 1.2 */
    SMTP_CERTIFICATE, /* peer.fault says which way */
};

struct smtp_request {
    const char *host; /* the MX; what its certificate must be for */
    const struct network_address *address;
    unsigned port; /* 0: 25 */
    const struct peer_trust *trust;
    enum peer_limit limit;
    unsigned bound_s; /* 0: SMTP_BOUND_S */
};

/* {0} is valid and empty. Its texts are printable. */
struct smtp {
    enum smtp_failure failure;
    bool refused;     /* unreachable, as the host refused the connection */
    struct error why; /* a sentence unless fine; the host and address are not in it */
    int64_t elapsed_ms;
    struct peer peer;
};

/* Connects, starts TLS, judges the certificate, and closes without sending mail. Returns 0 with
 * failure SMTP_FINE, or -1 with another one. Free it in either case. Thread-safe.
 */
int smtp_try(struct smtp *out, const struct smtp_request *request);
void smtp_free(struct smtp *smtp);

#endif
