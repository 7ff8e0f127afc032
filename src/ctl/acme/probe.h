/* SPDX-License-Identifier: ISC */
/* probe: validates a TLS-ALPN-01 challenge as a CA would (RFC 8737), at one address. */
#ifndef CTL_ACME_PROBE_H
#define CTL_ACME_PROBE_H

#include "common/base/error.h"
#include "common/base/network.h"
#include "common/name/hostname.h"

#define PROBE_BOUND_S 5 /* from the connection to the end of the handshake */
#define PROBE_DIGEST  32
#define PROBE_PORT    443

enum probe_outcome {
    PROBE_ANSWERED,     /* with the digest */
    PROBE_SILENT,       /* no connection, or no answer */
    PROBE_OTHER_SERVER, /* the server does not speak acme-tls/1 */
    PROBE_UNKNOWN_HOST, /* the server does not serve the host, or not yet */
    PROBE_NO_CHALLENGE, /* the server has no challenge for the host */
    PROBE_WRONG_DIGEST, /* another machine's challenge */
    PROBE_NO_WAY,       /* this machine has no route there: no result */
    PROBE_FAILED,       /* the test could not run */
};

/* Does the handshake and closes. Sets why for each outcome but the first. The caller blocks
 * SIGPIPE. Thread-safe. */
enum probe_outcome probe_address(const struct network_address *address, unsigned port,
                                 const struct hostname *host,
                                 const unsigned char digest[PROBE_DIGEST], struct error *why);

#endif
