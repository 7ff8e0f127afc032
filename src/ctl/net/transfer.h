/* SPDX-License-Identifier: ISC */
/* transfer: one libcurl transfer with one address, within a time limit, describing its TLS peer.
 */
#ifndef CTL_NET_TRANSFER_H
#define CTL_NET_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/network.h"
#include "ctl/net/peer.h"

struct transfer_request {
    const char *url;                       /* its host is sent as SNI */
    const char *host;                      /* the same name, to be judged */
    const struct network_address *address; /* where to connect; NULL: as DNS says */
    const char *connect_to;                /* "HOST:PORT" in place of both; NULL: none */
    unsigned port;                         /* the URL's own */
    unsigned connect_port;                 /* of the address; 0: the URL's own */
    const struct peer_trust *trust;
    enum peer_limit limit;
    unsigned bound_s; /* from the first packet to the last */
};

/* Opened, given further options, run once and closed. */
struct transfer {
    CURL *curl;
    struct curl_slist *connect_to;
    struct peer_watch watch;
    char said[CURL_ERROR_SIZE]; /* why it failed, possibly empty */
    bool refused;               /* there was no connection, as the host refused it */
    char target[512];           /* where it connects, see pertarget; empty: as DNS says */
};

/* Follows no redirect, uses no proxy, reads no libcurl configuration. *peer is cleared, and filled
 * in by the handshake. The request is borrowed until transfer_close. Returns 0, or -1 with why. */
int transfer_open(struct transfer *transfer, const struct transfer_request *request,
                  struct peer *peer, struct error *why);

/* Waits its turn where many connect to this address. A connection that is reset before anything
 * came is tried once again: the server may have had too many for a moment. *elapsed_ms: how long
 * the transfer itself took. */
CURLcode transfer_run(struct transfer *transfer, int64_t *elapsed_ms);

/* Reads what the server sent last: an alert behind the handshake of TLS 1.3 that ended the transfer
 * is in the peer only now (RFC 8446 section 4.4.2.4). What it said remains. */
void transfer_close(struct transfer *transfer);

#endif
