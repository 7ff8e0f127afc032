/* SPDX-License-Identifier: ISC */
/* become: switches from root to the owner of a directory or file, permanently. */
#include "ctl/base/become.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int become_owner_of(const char *directory, struct error *why)
{
    struct stat state;
    if (geteuid() != 0 || stat(directory, &state) != 0 || state.st_uid == 0)
        return 0;
    errno = 0;
    const struct passwd *user = getpwuid(state.st_uid);
    if (user == NULL)
        return error_set(why,
                         "%s: it belongs to user id %u, which this system does not have; chown it "
                         "to the user that is to write it",
                         directory, (unsigned)state.st_uid);
    if (initgroups(user->pw_name, user->pw_gid) != 0 ||
        setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
        setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
        return error_set(why, "%s: cannot switch to its owner, %s: %s", directory, user->pw_name,
                         strerror(errno));
    umask(077);
    return 0;
}

int become_owner_of_file(const char *path, struct error *why)
{
    struct stat state;
    char directory[PATH_MAX];
    if (stat(path, &state) == 0)
        return become_owner_of(path, why);
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    if (snprintf(directory, sizeof(directory), "%.*s", length, slash == NULL ? "." : path) >=
        (int)sizeof(directory))
        return error_set(why, "%s: the path is too long", path);
    return become_owner_of(directory, why);
}
