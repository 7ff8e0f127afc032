/* SPDX-License-Identifier: ISC */
/* lock: ensures that only one process works with a state directory. */
#include "ctl/base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int lock_take(const char *directory, const char *work, struct error *why)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/lock", directory);
    if (length < 0 || (size_t)length >= sizeof(path))
        return error_set(why, "%s: the path is too long", directory);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set(why, "%s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int reason = errno;
    close(fd);
    if (reason == EWOULDBLOCK)
        return error_set(why, "another mta-stsctl is %s; wait until it ends", work);
    return error_set(why, "%s: %s", path, strerror(reason));
}

void lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
