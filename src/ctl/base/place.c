/* SPDX-License-Identifier: ISC */
/* place: opens the directory of a file step by step, so that no other user can redirect a write by
 * a symbolic link. */
#include "ctl/base/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MOST 16
#define MADE_MODE  0755
#define WAY        (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* A path that is walked. */
struct walk {
    int at; /* the directory that was reached */
    const char *path;
    char rest[PATH_MAX]; /* what is left of the path */
    unsigned links;      /* that were followed */
};

static bool is_ours(uid_t owner)
{
    return owner == 0 || owner == geteuid();
}

/* Whether the link can only have been made by root or by this user. Of another user's group, root
 * trusts nobody; a plain user's own group often has that user alone. */
static bool is_trusted(int directory, const char *name)
{
    struct stat holder;
    struct stat link;
    mode_t others = geteuid() == 0 ? S_IWGRP | S_IWOTH : S_IWOTH;
    return fstat(directory, &holder) == 0 &&
           fstatat(directory, name, &link, AT_SYMLINK_NOFOLLOW) == 0 && is_ours(holder.st_uid) &&
           is_ours(link.st_uid) &&
           ((holder.st_mode & others) == 0 || (holder.st_mode & S_ISVTX) != 0);
}

static int enter(struct walk *walk, int next)
{
    close(walk->at);
    walk->at = next; /* consume */
    return 0;
}

/* Puts the target of the link in front of what is left of the path. */
static int follow(struct walk *walk, const char *name, struct error *why)
{
    char target[PATH_MAX];
    char joined[PATH_MAX];
    ssize_t size = readlinkat(walk->at, name, target, sizeof(target) - 1);
    if (size <= 0)
        return error_set(why, "%s: %s: %s", walk->path, name, strerror(ENOTDIR));
    target[size] = '\0';
    if (!is_trusted(walk->at, name))
        return error_set(why,
                         "%s: %s is a symbolic link that another user may have made, and is not "
                         "followed; give the path that it points to (%s)",
                         walk->path, name, target);
    if (++walk->links > LINKS_MOST)
        return error_set(why, "%s: %s", walk->path, strerror(ELOOP));
    int length =
        snprintf(joined, sizeof(joined), "%s%s%s", target, walk->rest[0] ? "/" : "", walk->rest);
    if (length < 0 || (size_t)length >= sizeof(joined))
        return error_set(why, "%s: the path is too long", walk->path);
    memcpy(walk->rest, joined, (size_t)length + 1);
    if (target[0] != '/')
        return 0;
    int root = open("/", WAY);
    return root < 0 ? error_set(why, "/: %s", strerror(errno)) : enter(walk, root);
}

/* Cuts the first name off what is left; one that is too long comes out empty. Returns whether more
 * names follow. */
static bool take_name(struct walk *walk, char out[NAME_MAX + 1])
{
    const char *start = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(start, "/");
    bool more = start[length] == '/';
    size_t kept = length <= NAME_MAX ? length : 0;
    memcpy(out, start, kept);
    out[kept] = '\0';
    const char *rest = start + length + (more ? 1 : 0);
    memmove(walk->rest, rest, strlen(rest) + 1);
    return more;
}

/* The directories that are left, the one whose name was just taken included. */
static unsigned count_left(const struct walk *walk)
{
    unsigned count = 1;
    const char *at = walk->rest + strspn(walk->rest, "/");
    while ((at = strchr(at, '/')) != NULL) {
        at += strspn(at, "/");
        count++;
    }
    return count;
}

static int step(struct walk *walk, const char *name, const struct place_params *params,
                struct error *why)
{
    struct stat state;
    int next = openat(walk->at, name, WAY | O_NOFOLLOW);
    if (next < 0 && errno == ENOENT && count_left(walk) <= params->makes) {
        if (mkdirat(walk->at, name, MADE_MODE) != 0 && errno != EEXIST)
            return error_set(why, "%s: the directory %s cannot be created: %s", walk->path, name,
                             strerror(errno));
        next = openat(walk->at, name, WAY | O_NOFOLLOW);
    }
    if (next >= 0)
        return enter(walk, next);
    int reason = errno;
    if (fstatat(walk->at, name, &state, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(state.st_mode))
        return follow(walk, name, why);
    return error_set(why, "%s: %s: %s", walk->path, name, strerror(reason));
}

static int walk_to_end(struct walk *walk, char name[NAME_MAX + 1],
                       const struct place_params *params, struct error *why)
{
    struct stat state;
    for (;;) {
        bool more = take_name(walk, name);
        if (name[0] == '\0' || (!more && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)))
            return error_set(why, "%s: not the name of a file", walk->path);
        bool leads_on = !more && params->follows &&
                        fstatat(walk->at, name, &state, AT_SYMLINK_NOFOLLOW) == 0 &&
                        S_ISLNK(state.st_mode);
        if (!more && !leads_on)
            return 0;
        if ((leads_on ? follow(walk, name, why) : step(walk, name, params, why)) != 0)
            return -1;
    }
}

/* Reopens it, so that it can be listed and synced. */
static int open_whole(int path_fd)
{
    int directory = openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 && errno == EACCES) /* a directory that may be written to, not read */
        directory = fcntl(path_fd, F_DUPFD_CLOEXEC, 0);
    return directory;
}

int place_open(struct place *out, const char *path, const struct place_params *params,
               struct error *why)
{
    struct walk walk = {.path = path};
    int result = -1;
    *out = (struct place){0};
    int length = snprintf(walk.rest, sizeof(walk.rest), "%s", path);
    if (length < 0 || (size_t)length >= sizeof(walk.rest))
        return error_set(why, "%.100s...: the path is too long", path);
    walk.at = open(path[0] == '/' ? "/" : ".", WAY);
    if (walk.at < 0)
        return error_set(why, "%s: %s", path, strerror(errno));
    if (walk_to_end(&walk, out->name, params, why) != 0)
        goto done;
    out->path = path;
    out->directory = open_whole(walk.at);
    if (out->directory < 0 || fstat(out->directory, &out->state) != 0)
        error_set(why, "%s: the directory cannot be opened: %s", path, strerror(errno));
    else
        result = 0;

done:
    close(walk.at);
    if (result != 0) {
        place_close(out);
        *out = (struct place){0};
    }
    return result;
}

void place_close(struct place *place)
{
    if (place->directory > 0)
        close(place->directory);
    *place = (struct place){0};
}
