/* SPDX-License-Identifier: ISC */
/* privilege: gives up root for good once the ports are bound. */
#include "daemon/life/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

struct account {
    uid_t uid;
    gid_t gid;
    char name[64]; /* empty: a number that no account has */
};

static int find_account(struct account *out, const char *user, struct error *why)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(user, &end, 10);
    bool is_number = user[0] >= '0' && user[0] <= '9' && *end == '\0' && errno == 0;
    const struct passwd *entry = is_number ? getpwuid((uid_t)number) : getpwnam(user);

    *out = (struct account){.uid = (uid_t)number, .gid = (gid_t)number};
    if (entry != NULL && strlen(entry->pw_name) < sizeof(out->name)) {
        out->uid = entry->pw_uid;
        out->gid = entry->pw_gid;
        memcpy(out->name, entry->pw_name, strlen(entry->pw_name));
    } else if (!is_number) {
        return error_set(why, "user = %s: there is no such user; write one that exists", user);
    }
    if (out->uid == 0)
        return error_set(why, "user = %s is root; write an unprivileged user, such as nobody",
                         user);
    return 0;
}

int privilege_check_account(const char *user, struct error *why)
{
    struct account account;
    return user == NULL ? 0 : find_account(&account, user, why);
}

void privilege_check_files(const struct config *config, struct findings *said)
{
    for (size_t i = 0; i < config->file_count; i++)
        if (access(config->files[i], R_OK) != 0 && errno == EACCES)
            findings_say(said, SEVERITY_WARNING, config->files[i], 0,
                         "user %s cannot read it, so a reload will fail; make it readable",
                         config->server.user != NULL ? config->server.user : "of this process");
}

int privilege_check(const char *user, struct error *why)
{
    struct account account;
    if (user == NULL && geteuid() == 0)
        return error_set(why, "started as root without a user to become; write in "
                              "[server] the name of an unprivileged user that exists, such as "
                              "`user = nobody`");
    if (user == NULL)
        return 0;
    if (find_account(&account, user, why) != 0)
        return -1;
    if (geteuid() != 0 && geteuid() != account.uid)
        return error_set(why,
                         "user = %s, but started as user %lu, who may not become another; start "
                         "as root or leave `user` out",
                         user, (unsigned long)geteuid());
    return 0;
}

int privilege_drop(const char *user, struct error *why)
{
    struct account account;
    if (privilege_check(user, why) != 0)
        return -1;
    if (user != NULL && geteuid() == 0) {
        if (find_account(&account, user, why) != 0)
            return -1;
        int groups =
            account.name[0] != '\0' ? initgroups(account.name, account.gid) : setgroups(0, NULL);
        if (groups != 0 || setresgid(account.gid, account.gid, account.gid) != 0 ||
            setresuid(account.uid, account.uid, account.uid) != 0)
            return error_set(why, "cannot become user %s: %s", user, strerror(errno));
        if (setuid(0) == 0)
            return error_set(why, "became user %s, but root could be had back", user);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(why, "cannot rule out new privileges: %s", strerror(errno));
    return 0;
}
