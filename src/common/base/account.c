/* SPDX-License-Identifier: ISC */
/* account: the user that the server runs as, found by name or number. */
#include "common/base/account.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int account_find(struct account *out, const char *user, struct error *why)
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

const char *account_reader(const char *configured)
{
    struct account account;
    if (configured != NULL || geteuid() != 0)
        return configured;
    return account_find(&account, ACCOUNT_PACKAGED, NULL) == 0 ? ACCOUNT_PACKAGED : NULL;
}
