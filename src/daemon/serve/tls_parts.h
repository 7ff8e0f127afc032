/* SPDX-License-Identifier: ISC */
/* tls_parts: what tls and tls_facts share of a session. */
#ifndef DAEMON_SERVE_TLS_PARTS_H
#define DAEMON_SERVE_TLS_PARTS_H

#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/record_memory.h"
#include "daemon/serve/tls_select.h"
#include "daemon/serve/wire.h"

struct tls_session {
    mbedtls_ssl_context ssl;
    struct wire wire;
    bool write_waits; /* the last write is to be repeated with the same bytes */
    bool ended;       /* close_notify was written */
    struct record_memory memory;
    size_t shaken; /* bytes received when the handshake was done */
    struct tls_selection selection;
    const char *signature; /* for the log */
    int code;              /* mbedTLS's last error */
    unsigned sent_records; /* before the last step of the handshake */
    size_t received;       /* bytes, before it */
};

/* Has tls_session_signature know its answer, while the handshake's certificates are held. */
void tls_session_keep_signature(struct tls_session *session);

#endif
