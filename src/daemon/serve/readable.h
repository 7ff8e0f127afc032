/* SPDX-License-Identifier: ISC */
/* readable: whether a socket that epoll watches edge-triggered may have something to read, so that
 * it is asked only then. */
#ifndef DAEMON_SERVE_READABLE_H
#define DAEMON_SERVE_READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* {0}: epoll has told of nothing yet. The socket must be watched with
 * EPOLLIN | EPOLLRDHUP | EPOLLET. */
struct readable {
    bool is_ready; /* bytes or the end may have come since the last read */
    bool has_end;  /* the peer sends no more: only a read that returns 0 or fails is the last */
};

/* Takes note of the events that epoll_wait(2) returned for the socket. */
void readable_note(struct readable *readable, uint32_t events);

/* recv(2) without waiting. Asks the socket only where epoll has told of something; returns -1 with
 * EAGAIN otherwise. A read that fills less than size has emptied a stream, as epoll(7) says; what
 * comes later is told of anew. */
ssize_t readable_receive(struct readable *readable, int fd, void *out, size_t size);

#endif
