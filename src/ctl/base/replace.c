/* SPDX-License-Identifier: ISC */
/* replace: writes a file atomically: a new file, renamed over the old one. */
#include "ctl/base/replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new file is .NAME.XXXXXX, with random letters, until it is renamed; a kill may leave it. */
#define RANDOM_BYTES 6
#define TRIES_MOST   16
#define TRY_AGAIN    1 /* neither 0 nor -1 */

/* One attempt to replace a file. */
struct attempt {
    const struct place *place;
    const struct replace_part *parts;
    size_t count;
    const struct replace_params *params;
    char temporary[NAME_MAX + 1];
    int fd;
};

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

/* Whose file it is to be. Only a file of root or of the directory's owner is a model. */
static bool find_model(const struct attempt *attempt, struct stat *out)
{
    const struct place *place = attempt->place;
    return !attempt->params->exact &&
           fstatat(place->directory, place->name, out, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(out->st_mode) && (out->st_uid == 0 || out->st_uid == place->state.st_uid);
}

static int refuse(const struct attempt *attempt, int reason, struct error *why)
{
    return error_set(why, "%s: cannot be written: %s", attempt->place->path,
                     reason == EISDIR ? "this is a directory" : strerror(reason));
}

/* Owner and group come from the old file, or from the directory. An unprivileged user cannot set
 * them, which fails only with exact. */
static int set_owner(const struct attempt *attempt, struct error *why)
{
    struct stat model;
    struct stat now;
    bool old = find_model(attempt, &model);
    if (!old)
        model = attempt->place->state;
    if (fstat(attempt->fd, &now) != 0)
        return refuse(attempt, errno, why);
    uid_t owner = geteuid() == 0 ? model.st_uid : now.st_uid;
    bool differs = owner != now.st_uid || model.st_gid != now.st_gid;
    if (differs && fchown(attempt->fd, owner, model.st_gid) != 0) {
        if (errno == EPERM && attempt->params->exact)
            return error_set(why,
                             "%s: cannot be given to the directory's group; run this as root or "
                             "one of the group",
                             attempt->place->path);
        if (errno != EPERM)
            return refuse(attempt, errno, why);
    }
    if (fchmod(attempt->fd, old ? model.st_mode & 0777 : attempt->params->mode) != 0)
        return refuse(attempt, errno, why);
    return 0;
}

static int fill(const struct attempt *attempt, struct error *why)
{
    for (size_t i = 0; i < attempt->count; i++) {
        if (!write_all(attempt->fd, attempt->parts[i].bytes, attempt->parts[i].length))
            return refuse(attempt, errno, why);
    }
    if (set_owner(attempt, why) != 0)
        return -1;
    return fsync(attempt->fd) == 0 ? 0 : refuse(attempt, errno, why);
}

/* Hidden, so that no pattern or include reads it. */
static int name_temporary(struct attempt *attempt, struct error *why)
{
    static const char letters[64] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char random[RANDOM_BYTES];
    char suffix[RANDOM_BYTES + 1] = "";
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return error_set(why, "%s: no random bytes: %s", attempt->place->path, strerror(errno));
    for (size_t i = 0; i < RANDOM_BYTES; i++)
        suffix[i] = letters[random[i] % sizeof(letters)];
    int length = snprintf(attempt->temporary, sizeof(attempt->temporary), ".%s.%s",
                          attempt->place->name, suffix);
    if (length < 0 || (size_t)length >= sizeof(attempt->temporary))
        return error_set(why, "%s: the name is too long", attempt->place->path);
    return 0;
}

/* Whether the name in the directory is that of the file which was written. */
static bool is_there(const struct attempt *attempt, const char *name)
{
    struct stat written;
    struct stat found;
    return fstat(attempt->fd, &written) == 0 &&
           fstatat(attempt->place->directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           written.st_dev == found.st_dev && written.st_ino == found.st_ino;
}

static int judge_old(const struct attempt *attempt, struct error *why)
{
    const struct place *place = attempt->place;
    if (attempt->params->expected == NULL)
        return 0;
    struct file_stamp now = file_stamp_in(place->directory, place->name);
    if (file_stamp_equal(&now, attempt->params->expected))
        return 0;
    return error_set(why, "%s: the file was changed meanwhile; run this again", place->path);
}

static int rename_into_place(const struct attempt *attempt, struct error *why)
{
    const struct place *place = attempt->place;
    if (judge_old(attempt, why) != 0)
        return -1;
    bool renamed =
        renameat(place->directory, attempt->temporary, place->directory, place->name) == 0;
    int reason = errno;
    if (!renamed && !is_there(attempt, attempt->temporary))
        return TRY_AGAIN;
    if (!renamed)
        return refuse(attempt, reason, why);
    if (!is_there(attempt, place->name))
        return TRY_AGAIN;
    fsync(place->directory);
    return 0;
}

/* Returns 0, -1 with why, or TRY_AGAIN if another process interfered. */
static int attempt_once(struct attempt *attempt, struct error *why)
{
    const struct place *place = attempt->place;
    if (name_temporary(attempt, why) != 0)
        return -1;
    attempt->fd = openat(place->directory, attempt->temporary,
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (attempt->fd < 0 && errno == EEXIST)
        return TRY_AGAIN;
    if (attempt->fd < 0)
        return error_set(why, "%s: a new file cannot be created in this directory: %s", place->path,
                         strerror(errno));
    int result = fill(attempt, why);
    if (result == 0)
        result = rename_into_place(attempt, why);
    if (result != 0)
        unlinkat(place->directory, attempt->temporary, 0);
    close(attempt->fd); /* it is on the disk, or has failed */
    return result;
}

int replace_in(const struct place *place, const struct replace_part *parts, size_t count,
               const struct replace_params *params, struct error *why)
{
    struct attempt attempt = {.place = place, .parts = parts, .count = count, .params = params};
    for (int i = 0; i < TRIES_MOST; i++) {
        int result = attempt_once(&attempt, why);
        if (result != TRY_AGAIN)
            return result;
    }
    return error_set(why,
                     "%s: cannot be written: another process changes names in this directory; find "
                     "it among the processes of the directory's owner and group",
                     place->path);
}

int replace_file(const char *path, const struct replace_part *parts, size_t count, mode_t mode,
                 struct error *why)
{
    struct place place;
    if (place_open(&place, path, &(struct place_params){0}, why) != 0)
        return -1;
    int result = replace_in(&place, parts, count, &(struct replace_params){.mode = mode}, why);
    place_close(&place);
    return result;
}

static bool is_left_over(const struct place *place, const char *found, time_t age_s)
{
    struct stat state;
    size_t length = strlen(place->name);
    return found[0] == '.' && strlen(found) == 1 + length + 1 + RANDOM_BYTES &&
           strncmp(found + 1, place->name, length) == 0 && found[1 + length] == '.' &&
           fstatat(place->directory, found, &state, AT_SYMLINK_NOFOLLOW) == 0 &&
           state.st_mtime <= time(NULL) - age_s;
}

void replace_remove_left(const struct place *place, time_t age_s)
{
    int fd = openat(place->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (directory == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (is_left_over(place, entry->d_name, age_s))
            unlinkat(place->directory, entry->d_name, 0);
    }
    closedir(directory);
}

int replace_put_aside(const char *path, struct error *why)
{
    struct place place;
    char aside[NAME_MAX + sizeof(".damaged")];
    if (place_open(&place, path, &(struct place_params){0}, why) != 0)
        return -1;
    snprintf(aside, sizeof(aside), "%s.damaged", place.name);
    int result = renameat(place.directory, place.name, place.directory, aside);
    if (result != 0)
        error_set(why, "%s: cannot be renamed to %s: %s", path, aside, strerror(errno));
    place_close(&place);
    return result;
}

int replace_remove(const struct place *place, struct error *why)
{
    if (unlinkat(place->directory, place->name, 0) != 0 && errno != ENOENT)
        return error_set(why, "%s: cannot be removed: %s", place->path, strerror(errno));
    fsync(place->directory);
    return 0;
}
