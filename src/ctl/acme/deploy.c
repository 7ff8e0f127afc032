/* SPDX-License-Identifier: ISC */
/* deploy: runs deploy_command to copy files to the other machines, and records which certificates
 * they still lack. */
#include "ctl/acme/deploy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/base/child.h"

#define SAID_MAX 400 /* bytes of the command's own words in a sentence */

int deploy_run(const struct config_acme *acme, const char *event, const char *host,
               const char *path, struct error *why)
{
    char words[CHILD_WORDS_MAX];
    struct child child;
    const char *const argv[] = {acme->deploy_command, event, host, path, NULL};
    if (acme->deploy_command == NULL)
        return 0;
    if (child_start(&child, argv, why) != 0)
        return -1;
    bool ended = child_wait(&child, DEPLOY_BOUND_S);
    int status = child.status;
    bool lost = child.lost;
    child_words(&child, words);
    child_free(&child);
    if (!ended)
        return error_set(why, "deploy_command took over %d seconds and was ended", DEPLOY_BOUND_S);
    if (lost)
        return error_set(why, "deploy_command ended, and its exit status was lost, so it counts as "
                              "failed");
    if (status == 0)
        return 0;
    words[strcspn(words, "\n")] = '\0';
    return error_set(why, "deploy_command failed with status %d%s%.*s", status,
                     words[0] != '\0' ? ": " : "", SAID_MAX, words);
}

/* The file that records that the others lack the host's certificate. */
static int write_mark(char out[PATH_MAX], const struct config_acme *acme, const char *host)
{
    int length = snprintf(out, PATH_MAX, "%s/undeployed/%s", acme->state, host);
    return length < 0 || length >= PATH_MAX ? -1 : 0;
}

int deploy_owe(const struct config_acme *acme, const char *host, struct error *why)
{
    char mark[PATH_MAX];
    char *slash;
    if (acme->deploy_command == NULL)
        return 0;
    if (write_mark(mark, acme, host) != 0)
        return error_set(why, "%s: the path is too long", acme->state);
    slash = strrchr(mark, '/');
    *slash = '\0';
    if (mkdir(mark, 0700) != 0 && errno != EEXIST)
        return error_set(why, "%s: cannot be created: %s", mark, strerror(errno));
    *slash = '/';
    int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(why, "%s: cannot be created: %s", mark, strerror(errno));
    close(fd);
    return 0;
}

bool deploy_is_owed(const struct config_acme *acme, const char *host)
{
    char mark[PATH_MAX];
    return acme->deploy_command != NULL && write_mark(mark, acme, host) == 0 &&
           access(mark, F_OK) == 0;
}

int deploy_certificate(const struct config_acme *acme, const char *host, const char *path,
                       struct error *why)
{
    char mark[PATH_MAX];
    if (acme->deploy_command == NULL)
        return 0;
    if (write_mark(mark, acme, host) != 0)
        return error_set(why, "%s: the path is too long", acme->state);
    if (deploy_run(acme, "install", host, path, why) != 0)
        return -1;
    if (unlink(mark) != 0 && errno != ENOENT)
        return error_set(why, "%s: cannot be removed: %s", mark, strerror(errno));
    return 0;
}
