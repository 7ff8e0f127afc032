/* SPDX-License-Identifier: ISC */
/* bridge: carries one request from a TLS session to libmicrohttpd and its answer back, with back-
 * pressure in both directions. */
#ifndef DAEMON_SERVE_BRIDGE_H
#define DAEMON_SERVE_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/serve/http.h"
#include "daemon/serve/tls.h"

struct bridge;

enum bridge_result {
    BRIDGE_RESULT_WAIT,   /* nothing to do until the socket or the pair is ready */
    BRIDGE_RESULT_END,    /* the whole answer is in the session, or there will be none */
    BRIDGE_RESULT_FAILED, /* the TLS session failed, or the client sent too much for an answer */
};

/* Opens the exchange for the session's host and takes the first decrypted bytes, at most
 * BRIDGE_FIRST_MAX. NULL with errno when descriptors or memory are out. */
#define BRIDGE_FIRST_MAX 384 /* most requests are shorter */
struct bridge *bridge_open(struct http *http, struct tls_session *session,
                           const unsigned char *first, size_t length);
void bridge_close(struct bridge *bridge);

/* Our end of the pair. After BRIDGE_RESULT_WAIT the caller waits for EPOLLIN | EPOLLOUT |
 * EPOLLRDHUP | EPOLLET on it; most requests end without. */
int bridge_wait_fd(const struct bridge *bridge);

/* Records the events that epoll_wait(2) returned for it. */
void bridge_note(struct bridge *bridge, uint32_t events);

/* Copies in both directions until nothing moves. */
enum bridge_result bridge_run(struct bridge *bridge);

/* The status code sent; 0: none. */
unsigned bridge_status(const struct bridge *bridge);

/* Bytes of the answer so far, its fields included, that the session has taken. */
uint64_t bridge_bytes(const struct bridge *bridge);

/* The client's User-Agent, printable; valid until bridge_close. */
const char *bridge_agent(const struct bridge *bridge);

#endif
