/* SPDX-License-Identifier: ISC */
/* smtp: STARTTLS with one mail host at one address, as a sender would ask for it. */
#ifndef CTL_CHECK_SMTP_H
#define CTL_CHECK_SMTP_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/base/network.h"
#include "ctl/net/peer.h"

#define SMTP_BOUND_S 30 /* some hosts let every client wait before they greet */

/* Why a sender that requires MTA-STS would not deliver there: the first thing that is wrong. */
enum smtp_failure {
    SMTP_FINE,
    SMTP_UNREACHABLE, /* no connection: it may be down, or port 25 be closed from here */
    SMTP_SLOW,        /* not done within the bound */
    SMTP_REFUSED,     /* it greets with a refusal, or speaks no SMTP */
    SMTP_NO_STARTTLS, /* not offered */
    SMTP_DENIED,      /* offered, and refused */
    SMTP_HANDSHAKE,   /* TLS fails after STARTTLS */
    SMTP_OLD_TLS,     /* older than TLS 1.2 */
    SMTP_CERTIFICATE, /* peer.fault says which way */
};

struct smtp_request {
    const char *host; /* the MX; what its certificate must be for */
    const struct network_address *address;
    unsigned port; /* 0: 25 */
    const struct peer_trust *trust;
    unsigned bound_s; /* 0: SMTP_BOUND_S */
};

/* {0} is valid and empty. Its texts are printable. */
struct smtp {
    enum smtp_failure failure;
    struct error why; /* a sentence unless fine; the host and address are not in it */
    int64_t elapsed_ms;
    struct peer peer;
};

/* Greets, asks for STARTTLS, judges the certificate, and hangs up: no mail is begun. Returns 0 with
 * failure SMTP_FINE, or -1 with another one. Free it in either case. Threads may do so at a time.
 */
int smtp_try(struct smtp *out, const struct smtp_request *request);
void smtp_free(struct smtp *smtp);

#endif
