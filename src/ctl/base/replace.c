/* SPDX-License-Identifier: ISC */
/* replace: writes a file whole beside the old one, and renames it into its place. */
#include "ctl/base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes += put;
        length -= (size_t)put;
    }
    return true;
}

/* Who may read it is decided by the old file, or by the directory. That a plain user cannot give
 * files away is no failure. */
static bool set_owner(int fd, const char *path, const char *directory, mode_t mode)
{
    struct stat model;
    bool old = stat(path, &model) == 0;
    if (!old && stat(directory, &model) != 0)
        return false;
    uid_t owner = geteuid() == 0 ? model.st_uid : (uid_t)-1;
    if (fchown(fd, owner, model.st_gid) != 0 && errno != EPERM)
        return false;
    return fchmod(fd, old ? model.st_mode & 07777 : mode) == 0;
}

static bool sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

static bool fill(int fd, const char *path, const char *directory, const struct replace_part *parts,
                 size_t count, mode_t mode)
{
    for (size_t i = 0; i < count; i++) {
        if (!write_all(fd, parts[i].bytes, parts[i].length))
            return false;
    }
    return set_owner(fd, path, directory, mode) && fsync(fd) == 0;
}

int replace_file(const char *path, const struct replace_part *parts, size_t count, mode_t mode,
                 struct error *why)
{
    char directory[PATH_MAX];
    char temporary[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (slash == NULL)
        snprintf(directory, sizeof(directory), ".");
    else
        snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path),
                 path);
    /* Hidden, so that no pattern and no include takes it for a whole one. */
    int length = snprintf(temporary, sizeof(temporary), "%s/.%s" REPLACE_SUFFIX, directory, name);
    if (length < 0 || (size_t)length >= sizeof(temporary))
        return error_set(why, "%s: the path is too long", path);

    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return error_set(why, "%s: a new file cannot be made in this directory: %s", path,
                         strerror(errno));
    bool written = fill(fd, path, directory, parts, count, mode);
    int reason = errno;
    if (close(fd) != 0 && written) {
        written = false;
        reason = errno;
    }
    if (written && rename(temporary, path) == 0) {
        sync_directory(directory);
        return 0;
    }
    reason = written ? errno : reason;
    unlink(temporary);
    return error_set(why, "%s: cannot be written: %s", path, strerror(reason));
}
