/* SPDX-License-Identifier: ISC */
/* conn_source: what the entries of an epoll set point to. */
#ifndef DAEMON_SERVE_CONN_SOURCE_H
#define DAEMON_SERVE_CONN_SOURCE_H

/* What starts every thing that an epoll set points to. */
enum conn_source_kind {
    CONN_SOURCE_SOCKET,
    CONN_SOURCE_PAIR,
    CONN_SOURCE_OTHER, /* the worker's own: listener, wake-up, libmicrohttpd */
};

struct conn;

struct conn_source {
    enum conn_source_kind kind;
    struct conn *conn;
};

#endif
