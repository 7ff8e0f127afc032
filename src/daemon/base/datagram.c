/* SPDX-License-Identifier: ISC */
/* datagram: short messages to other processes of this machine, by one socket that is opened before
 * the sandbox and before descriptors can be out. */
#include "daemon/base/datagram.h"

#include <string.h>
#include <sys/time.h>

static int fd = -1;

int datagram_open(void)
{
    const struct timeval patience = {.tv_sec = 1};
    if (fd < 0)
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    return fd >= 0 ? 0 : -1;
}

void datagram_send(const char *text, const struct sockaddr_un *address, socklen_t length, int flags)
{
    if (fd >= 0)
        (void)sendto(fd, text, strlen(text), flags | MSG_NOSIGNAL, (const struct sockaddr *)address,
                     length);
}
