/* SPDX-License-Identifier: ISC */
/* privilege: gives up root for good once the ports are bound. */
#include "daemon/life/privilege.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/base/account.h"

int privilege_check_account(const char *user, struct error *why)
{
    struct account account;
    return user == NULL ? 0 : account_find(&account, user, why);
}

int privilege_check(const char *user, struct error *why)
{
    struct account account;
    if (user == NULL && geteuid() == 0)
        return error_set(why, "started as root, but no user is set; write the name of an "
                              "unprivileged user into [server], such as `user = nobody`");
    if (user == NULL)
        return 0;
    if (account_find(&account, user, why) != 0)
        return -1;
    if (geteuid() != 0 && geteuid() != account.uid)
        return error_set(why,
                         "user = %s, but started as user %lu, who cannot switch to another user; "
                         "start as root or leave `user` out",
                         user, (unsigned long)geteuid());
    return 0;
}

int privilege_drop(const char *user, struct error *why)
{
    struct account account;
    if (privilege_check(user, why) != 0)
        return -1;
    if (user != NULL && geteuid() == 0) {
        if (account_find(&account, user, why) != 0)
            return -1;
        int groups =
            account.name[0] != '\0' ? initgroups(account.name, account.gid) : setgroups(0, NULL);
        if (groups != 0 || setresgid(account.gid, account.gid, account.gid) != 0 ||
            setresuid(account.uid, account.uid, account.uid) != 0)
            return error_set(why, "cannot switch to user %s: %s", user, strerror(errno));
        if (setuid(0) == 0)
            return error_set(why, "switched to user %s, but could become root again", user);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(why, "cannot set no_new_privs: %s", strerror(errno));
    return 0;
}
