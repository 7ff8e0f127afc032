/* SPDX-License-Identifier: ISC */
/* sandbox_send: replaces the sendmsg(2) of libmicrohttpd in the sandbox; a filter cannot allow it,
 * since its address and descriptors are in memory. */
#include "daemon/sandbox/sandbox_send.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool has_begun;

void sandbox_send_begin(void)
{
    has_begun = true;
}

/* In the place of the C library's: a program's own function goes before those of its libraries. */
__attribute__((visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message,
                                                       int flags)
{
    bool is_plain =
        message->msg_name == NULL && message->msg_controllen == 0 && (flags & ~MSG_NOSIGNAL) == 0;
    if (has_begun && is_plain)
        return writev(fd, message->msg_iov, (int)message->msg_iovlen);
    return syscall(SYS_sendmsg, fd, message, flags);
}
