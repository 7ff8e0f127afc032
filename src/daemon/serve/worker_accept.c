/* SPDX-License-Identifier: ISC */
/* worker_accept: classifies the errors of accept(2). */
#include "daemon/serve/worker_accept.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/log.h"

/* accept(2), "Error handling". */
bool worker_accept_is_transient(int reason)
{
    return reason == EINTR || reason == ECONNABORTED || reason == EPROTO || reason == ENETDOWN ||
           reason == ENOPROTOOPT || reason == EHOSTDOWN || reason == EHOSTUNREACH ||
           reason == ENETUNREACH;
}

bool worker_accept_lacks_resource(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

bool worker_accept_has_waiting(int listen_fd)
{
    struct pollfd waiting = {.fd = listen_fd, .events = POLLIN};
    return poll(&waiting, 1, 0) > 0;
}

/* The sandbox reads no /dev/null. */
int worker_accept_spare(void)
{
    return eventfd(0, EFD_CLOEXEC);
}

bool worker_accept_refuse(int listen_fd, int *spare_fd)
{
    if (*spare_fd >= 0)
        close(*spare_fd);
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    *spare_fd = worker_accept_spare();
    if (fd >= 0)
        log_trouble(LOG_LEVEL_WARNING, "a client was refused: no descriptors left; raise the limit "
                                       "of open files, or lower max_connections");
    return fd >= 0;
}
