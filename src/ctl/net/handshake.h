/* SPDX-License-Identifier: ISC */
/* handshake: why a server does not complete TLS, as a sentence, and what its operator does then. */
#ifndef CTL_NET_HANDSHAKE_H
#define CTL_NET_HANDSHAKE_H

#include "common/base/error.h"

/* In place of an alert: handshake_failure that came behind the server's certificate, which is how a
 * server refuses a client without one by TLS 1.2. */
#define HANDSHAKE_NO_CLIENT_CERTIFICATE 256

/* Whose handshake it is: their operators look into different programs. */
enum handshake_server { HANDSHAKE_POLICY_HOST, HANDSHAKE_MAIL_HOST };

/* alert: that the server sent (RFC 8446 section 6), 0: none; said: the library's words. Returns -1
 * with the sentence. */
int handshake_say(struct error *why, int alert, const char *said);

/* What to do about the alert. Static. */
const char *handshake_advise(int alert, enum handshake_server server);

#endif
