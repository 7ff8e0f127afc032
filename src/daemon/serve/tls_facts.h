/* SPDX-License-Identifier: ISC */
/* tls_facts: what the log and the metrics tell of a session. */
#ifndef DAEMON_SERVE_TLS_FACTS_H
#define DAEMON_SERVE_TLS_FACTS_H

#include "daemon/base/counters.h"
#include "daemon/serve/tls.h"

/* From now on notes what the following functions tell; before the handshake. */
void tls_session_note(struct tls_session *session);

/* The group of the key exchange, and the kind of key that signed. mbedTLS does not tell which of
 * two kinds signed in TLS 1.3: "ecdsa-or-rsa". "-": not known. Static. */
const char *tls_session_group(const struct tls_session *session);
const char *tls_session_signature(const struct tls_session *session);

/* The version that was agreed on, as the counters number it. */
size_t tls_session_version_index(const struct tls_session *session);

/* What a handshake that failed is counted as. */
enum counters_handshake tls_session_failure(const struct tls_session *session);

/* Why the session failed, or what flooded it, for the log: nothing of the client's own bytes. */
#define TLS_REASON_MAX 160
void tls_session_reason(const struct tls_session *session, char *out, size_t size);

#endif
