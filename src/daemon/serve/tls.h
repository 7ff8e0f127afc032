/* SPDX-License-Identifier: ISC */
/* tls: a TLS session on a socket, by mbedTLS: handshake, read, write, end. */
#ifndef DAEMON_SERVE_TLS_H
#define DAEMON_SERVE_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/name/hostname.h"
#include "daemon/hosts/site.h"
#include "daemon/serve/readable.h"

/* What all sessions share; read by every worker, changed by none. */
struct tls;

int tls_open(struct tls **out, struct error *why);
void tls_close(struct tls *tls);

/* Where a session looks for its host; see tls_select. */
struct tls_view;

/* One client's session. */
struct tls_session;

enum tls_result {
    TLS_RESULT_DONE,    /* it moved: the handshake ended, or *moved bytes were read or written */
    TLS_RESULT_AGAIN,   /* nothing more until the socket is ready */
    TLS_RESULT_END,     /* the client will send nothing more */
    TLS_RESULT_WAIT,    /* nothing more until the waiter's turn has come: see lookup.h */
    TLS_RESULT_FLOODED, /* the client sent more than it may; nothing more is read from it */
    TLS_RESULT_FAILED, /* over; a handshake has ended with an alert, unless the client's ended it */
};

/* NULL when out of memory. The descriptor, and what epoll has told of it, are lent. */
struct tls_session *tls_session_open(struct tls *tls, int fd, struct readable *readable);
void tls_session_close(struct tls_session *session);

/* Goes on with the handshake. view must live until the call returns. */
enum tls_result tls_session_handshake(struct tls_session *session, const struct tls_view *view);

enum tls_result tls_session_read(struct tls_session *session, unsigned char *out, size_t size,
                                 size_t *moved);

/* After AGAIN it must be called again with the same bytes. */
enum tls_result tls_session_write(struct tls_session *session, const unsigned char *bytes,
                                  size_t length, size_t *moved);

/* Sends all that was written, and close_notify, once; AGAIN when the socket takes no more; FAILED
 * when the client has not taken it all. */
enum tls_result tls_session_end(struct tls_session *session);

/* Sends what was written and held back to fill packets: DONE, AGAIN or FAILED. Whoever waits for
 * the socket or the pair calls it before. */
enum tls_result tls_session_flush(struct tls_session *session);

/* Gives memory back to the system that the session needs only while records come: for one that has
 * finished its handshake and waits for the client. Nothing if the client has sent more since. */
void tls_session_rest(struct tls_session *session);

/* Whether the handshake answered a TLS-ALPN-01 challenge: all is said then, no request may follow.
 */
bool tls_session_is_challenge(const struct tls_session *session);

/* Valid once the handshake is done, the host as soon as the client has named one (else it is
 * empty); lent by the session, which holds the table. */
const struct hostname *tls_session_host(const struct tls_session *session);
const struct site *tls_session_site(const struct tls_session *session);
struct site_table *tls_session_table(const struct tls_session *session);
const char *tls_session_version(const struct tls_session *session);

#endif
