/* SPDX-License-Identifier: ISC */
/* readable: whether a socket that epoll watches edge-triggered may have something to read, so that
 * it is asked only then. */
#include "daemon/serve/readable.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

void readable_note(struct readable *readable, uint32_t events)
{
    bool has_end = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    readable->has_end = readable->has_end || has_end;
    readable->is_ready = readable->is_ready || has_end || (events & EPOLLIN) != 0;
}

ssize_t readable_receive(struct readable *readable, int fd, void *out, size_t size)
{
    if (!readable->is_ready) {
        errno = EAGAIN;
        return -1;
    }
    ssize_t got = recv(fd, out, size, MSG_DONTWAIT);
    bool is_emptied = got < 0 ? errno == EAGAIN : (size_t)got < size && !readable->has_end;
    if (is_emptied)
        readable->is_ready = false;
    return got;
}
