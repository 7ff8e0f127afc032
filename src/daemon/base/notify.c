/* SPDX-License-Identifier: ISC */
/* notify: tells the service manager about readiness and status, by the protocol of sd_notify(3). */
#include "daemon/base/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int manager = -1; /* a socket connected to the service manager's */

/* Of NOTIFY_SOCKET; 0 where there is none that can be meant. */
static socklen_t find_address(struct sockaddr_un *address)
{
    const char *path = getenv("NOTIFY_SOCKET");
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@') ||
        strlen(path) >= sizeof(address->sun_path))
        return 0;
    memcpy(address->sun_path, path, strlen(path));
    if (path[0] == '@') /* an abstract socket */
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
}

int notify_open(void)
{
    const struct timeval patience = {.tv_sec = 1};
    struct sockaddr_un address;
    socklen_t length = find_address(&address);
    if (length == 0 || manager >= 0)
        return 0;
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (manager < 0)
        return -1;
    (void)setsockopt(manager, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(manager, (struct sockaddr *)&address, length) == 0)
        return 0;
    int reason = errno;
    close(manager);
    manager = -1;
    errno = reason;
    return -1;
}

bool notify_is_open(void)
{
    return manager >= 0;
}

void notify_send(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (manager >= 0)
        (void)send(manager, text, strlen(text), MSG_NOSIGNAL);
}

void notify_reloading(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify_send("RELOADING=1\nMONOTONIC_USEC=%lld",
                (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}
