/* SPDX-License-Identifier: ISC */
/* readas: if run by root, reads files as the server's user for a while. */
#include "ctl/base/readas.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/account.h"
#include "common/base/file.h"
#include "common/config/config_load.h"

/* Reads the user from the main file; its errors are reported later. */
static void find_user(struct readas *out, const char *path)
{
    struct file file;
    const struct config_source source = {
        .path = path, .scope = CONFIG_SCOPE_SETTINGS, .main = &file};
    struct findings said = {0};
    struct config *config = NULL;
    const char *configured = NULL;
    if (file_read(&file, path, CONFIG_FILE_MAX_BYTES, NULL) == 0) {
        (void)config_load(&config, &source, &said);
        configured = config != NULL ? config->server.user : NULL;
    }
    const char *user = account_reader(configured);
    snprintf(out->user, sizeof(out->user), "%s", user != NULL ? user : "");
    config_free(config);
    findings_free(&said);
    file_free(&file);
}

/* The group before the user, who could not change it. */
static int become(const struct account *account)
{
    if (account->name[0] != '\0' ? initgroups(account->name, account->gid) != 0
                                 : setgroups(0, NULL) != 0)
        return -1;
    return setegid(account->gid) == 0 && seteuid(account->uid) == 0 ? 0 : -1;
}

int readas_begin(struct readas *out, const char *path, struct error *why)
{
    struct account account;
    *out = (struct readas){.is_on = false};
    if (geteuid() != 0)
        return 0;
    find_user(out, path);
    if (out->user[0] == '\0' || account_find(&account, out->user, NULL) != 0)
        return 0; /* the user exists on the target machine only */
    out->is_on = true;
    if (become(&account) == 0)
        return 0;
    int reason = errno;
    readas_end(out);
    return error_set(why, "cannot read as user %s: %s", out->user, strerror(reason));
}

/* Becomes root again, or aborts. */
void readas_end(struct readas *readas)
{
    if (!readas->is_on)
        return;
    readas->is_on = false;
    if (seteuid(0) != 0 || setegid(0) != 0 || setgroups(0, NULL) != 0)
        abort();
}
