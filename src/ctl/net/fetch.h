/* SPDX-License-Identifier: ISC */
/* fetch: fetches a host's policy over HTTPS, as a sender would, and records every result. */
#ifndef CTL_NET_FETCH_H
#define CTL_NET_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/network.h"
#include "ctl/net/peer.h"

#define FETCH_PATH          "/.well-known/mta-sts.txt"
#define FETCH_BOUND_S       15     /* a fetch that takes longer has failed */
#define FETCH_ADDRESSES_MAX 16     /* of one host that are asked, one after the other */
#define FETCH_BYTES         65536  /* RFC 8461 section 3.3 suggests to stop there */
#define FETCH_BYTES_KEPT    131072 /* of an answer that is too large, for senders that do not stop */

/* Why a sender that follows RFC 8461 would not accept the policy: the first fault. */
enum fetch_failure {
    FETCH_FINE,
    FETCH_UNREACHABLE, /* no connection */
    FETCH_SLOW,        /* not done within the bound */
    FETCH_HANDSHAKE,   /* the TLS handshake failed, or there was none */
    FETCH_BROKEN,      /* no HTTP answer, or only a part of it */
    FETCH_TOO_LARGE,
    FETCH_OLD_TLS,     /* older than TLS 1.2 */
    FETCH_CERTIFICATE, /* peer.fault says which way */
    FETCH_REDIRECT,    /* never followed */
    FETCH_STATUS,      /* another than 200 */
    FETCH_TYPE,        /* not text/plain */
};

struct fetch_request {
    const char *host;                      /* "mta-sts.example.com" */
    const struct network_address *address; /* where to connect; NULL: as the system's DNS says */
    const char *connect_to;                /* "HOST:PORT" in place of both; NULL: none */
    unsigned port;                         /* of the address; 0: 443 */
    const struct peer_trust *trust;
    enum peer_limit limit; /* unless PEER_UNLIMITED, nothing is asked for after the handshake */
    unsigned bound_s;      /* 0: FETCH_BOUND_S */
};

/* {0} is valid and empty. The answer is kept even if it is invalid: use the body only if failure is
 * FETCH_FINE, or FETCH_TOO_LARGE by whom that does not stop. Its texts are printable. */
struct fetch {
    enum fetch_failure failure;
    bool refused;     /* unreachable, as the host refused the connection */
    struct error why; /* a sentence unless fine; the host and address are not in it */
    long status;      /* 0: no HTTP answer */
    char type[128];   /* the Content-Type as sent; empty: none */
    char location[512];
    int64_t date; /* the Date field, seconds since the epoch; 0 or -1: none that can be read */
    char *body;   /* NULL: none; any bytes, and a NUL behind them */
    size_t length;
    bool is_cut;        /* FETCH_TOO_LARGE, and the rest was not read */
    int64_t elapsed_ms; /* with connection and handshake */
    struct peer peer;
};

/* Fetches and checks, or with a limit only shakes hands. Returns 0 with failure FETCH_FINE, or -1
 * with another one. Free it in either case. Thread-safe. */
int fetch_policy(struct fetch *out, const struct fetch_request *request);
void fetch_free(struct fetch *fetch);

/* Two of its faults by themselves. The status: returns 0, or -1 with why. The Content-Type,
 * whatever its parameters (RFC 8461 section 3.2). */
int fetch_judge_status(const struct fetch *fetch, struct error *why);
bool fetch_is_text_plain(const struct fetch *fetch);

/* Whether a policy in ASCII reads the same in the charset that the Content-Type names, or it names
 * none. */
bool fetch_is_ascii_charset(const struct fetch *fetch);

#endif
