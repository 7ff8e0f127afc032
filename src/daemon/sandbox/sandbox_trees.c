/* SPDX-License-Identifier: ISC */
/* sandbox_trees: finds the directories and files that the configuration needs, with links resolved.
 * */
#include "daemon/sandbox/sandbox_trees.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "common/base/systemdir.h"
#include "common/config/pattern.h"
#include "daemon/base/log.h"
#include "daemon/sandbox/sandbox.h"

static struct {
    char **items;        /* paths that may be read, links resolved */
    struct stat *states; /* of each path when it was allowed */
    size_t count;
    bool is_closed;
} trees;

/* Removes the last component. Returns false if only the root is left. */
static bool to_parent(char path[PATH_MAX])
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return false;
    *slash = '\0';
    return true;
}

/* Landlock allows a file, not its name: a file that replaced it is denied. */
static bool is_same_file(const struct stat *allowed, const char *path)
{
    struct stat now;
    return S_ISDIR(allowed->st_mode) || (stat(path, &now) == 0 && now.st_dev == allowed->st_dev &&
                                         now.st_ino == allowed->st_ino);
}

static bool lies_within(const char *path)
{
    for (size_t i = 0; i < trees.count; i++) {
        size_t length = strlen(trees.items[i]);
        if (strcmp(trees.items[i], "/") == 0)
            return true;
        if (strncmp(trees.items[i], path, length) != 0)
            continue;
        if (path[length] == '/' || (path[length] == '\0' && is_same_file(&trees.states[i], path)))
            return true;
    }
    return false;
}

static int keep(const char *found, struct error *why)
{
    char **items = realloc(trees.items, (trees.count + 1) * sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    trees.items = items;
    struct stat *states = realloc(trees.states, (trees.count + 1) * sizeof(*states));
    if (states == NULL)
        return error_set(why, "out of memory");
    trees.states = states;
    if (stat(found, &states[trees.count]) != 0)
        return 0; /* removed meanwhile */
    items[trees.count] = strdup(found);
    if (items[trees.count] == NULL)
        return error_set(why, "out of memory");
    trees.count++;
    return 0;
}

/* Adds the path, links resolved. If it does not exist, adds the nearest existing directory above
 * it, but never one directly below the root. */
static int add_tree(const char *path, struct error *why)
{
    char found[PATH_MAX];
    char tried[PATH_MAX];
    if (strlen(path) >= sizeof(tried))
        return error_set(why, "%s: the path is too long", path);
    memcpy(tried, path, strlen(path) + 1);
    while (realpath(tried, found) == NULL) {
        if (!to_parent(tried) || strchr(tried + 1, '/') == NULL)
            return 0;
    }
    if (lies_within(found))
        return 0;
    if (systemdir_is(found) && strlen(tried) < strlen(path))
        log_line(LOG_LEVEL_WARNING,
                 "sandbox: %s does not exist, so all of %s may be read, where it will be; create "
                 "it, and restart the server",
                 path, found);
    return keep(found, why);
}

/* Adds the directory above the path, unless other programs use it too: not "/srv" for
 * "/srv/certs", nor "/var/lib" for "/var/lib/certs". */
static int add_parent(const char *path, struct error *why)
{
    char above[PATH_MAX];
    snprintf(above, sizeof(above), "%s", path);
    if (!to_parent(above) || strchr(above + 1, '/') == NULL || systemdir_is(above))
        return 0;
    return add_tree(above, why);
}

/* Adds the directories of the symbolic links along the path: a link may be replaced later. */
static int add_links(const char *path, struct error *why)
{
    char step[PATH_MAX];
    struct stat status;
    snprintf(step, sizeof(step), "%s", path);
    do {
        if (lstat(step, &status) == 0 && S_ISLNK(status.st_mode) && add_parent(step, why) != 0)
            return -1;
    } while (to_parent(step));
    return 0;
}

/* The directory that contains the path, links resolved. */
static bool find_directory(const char *path, char out[PATH_MAX])
{
    char directory[PATH_MAX];
    snprintf(directory, sizeof(directory), "%s", path);
    if (!to_parent(directory))
        snprintf(directory, sizeof(directory), "%s", path[0] == '/' ? "/" : ".");
    return realpath(directory, out) != NULL;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Adds a file or directory of the configuration and the directory that contains it, because an
 * editor replaces the file by a new one. */
static int add_file(const char *path, struct error *why)
{
    char directory[PATH_MAX];
    if (add_tree(path, why) != 0 || add_links(path, why) != 0)
        return -1;
    if (!find_directory(path, directory))
        return 0;
    if (!lies_within(directory) && !systemdir_is(directory) && add_tree(directory, why) != 0)
        return -1;
    if (!lies_within(directory) && !is_directory(path))
        log_line(
            LOG_LEVEL_WARNING,
            "sandbox: %s is in %s, which the sandbox does not open: if an editor replaces the "
            "file, a reload cannot read it; keep it in a separate directory, such as /etc/mta-stsd",
            path, directory);
    return 0;
}

/* Adds the directory above the fixed part of the pattern: files there are often links into a
 * sibling directory, and a rule for a directory itself ends when that is removed. */
static int add_pattern(const char *pattern, struct error *why)
{
    char path[PATH_MAX];
    pattern_fixed_part(pattern, path);
    if (add_parent(path, why) != 0)
        return -1;
    return add_tree(path, why);
}

/* Adds the challenge directory. If not even its parent exists, it stays denied when it is created,
 * and without the warning only the CA would notice. */
static int add_challenges(const struct config_acme *acme, struct error *why)
{
    char found[PATH_MAX];
    const char *directory = acme->challenges; /* has a default, because a reload may add [acme] */
    bool is_at_root = strrchr(directory, '/') == directory; /* its parent is "/" */
    if ((is_at_root ? add_tree(directory, why) : add_pattern(directory, why)) != 0)
        return -1;
    if (acme->present && realpath(directory, found) == NULL && !lies_within(directory))
        log_line(LOG_LEVEL_WARNING,
                 "sandbox: %s does not exist, so no challenge in it can be read; create it, and "
                 "restart the server",
                 directory);
    return 0;
}

int sandbox_trees_gather(const struct config *config, struct error *why)
{
    const struct config_paths *chosen = &config->server.read_path;
    /* A reload looks up the user. */
    static const char *const accounts[] = {"/etc/passwd", "/etc/group", "/etc/nsswitch.conf"};
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        if (add_tree(accounts[i], why) != 0)
            return -1;
    }
    for (size_t i = 0; i < chosen->count; i++) {
        if (add_tree(chosen->items[i], why) != 0)
            return -1;
    }
    for (size_t i = 0; i < config->pattern_count && chosen->count == 0; i++) {
        if (add_pattern(config->patterns[i], why) != 0)
            return -1;
    }
    const struct filelist *files = config->files; /* runs lie within the paths */
    for (size_t i = 0; i < files->count; i++) {   /* last: what is allowed causes no warning */
        if (add_file(files->paths[i], why) != 0)
            return -1;
    }
    return add_challenges(&config->acme, why);
}

bool sandbox_denies(const char *path)
{
    char found[PATH_MAX];
    if (!trees.is_closed)
        return false;
    file_note(path);
    bool denies = realpath(path, found) != NULL && !lies_within(found);
    file_note(NULL);
    return denies;
}

/* Without read_path, a restart allows what the configuration names. */
#define LINE_TO_ADD                                                                                \
    "write `read_path = %s` into [server] beside the others, if there are any, and restart it"

bool sandbox_denial(const char *path, struct error *advice)
{
    char found[PATH_MAX];
    char directory[PATH_MAX];
    static const char reason[] = "; it is outside what the running server may read:";
    if (!sandbox_denies(path) || realpath(path, found) == NULL) /* cannot hang: it just succeeded */
        return false;
    if (is_directory(found) || !find_directory(found, directory))
        error_set(advice, "%s " LINE_TO_ADD, reason, found);
    else if (systemdir_is(directory))
        error_set(
            advice,
            "%s keep it in a separate directory, such as /etc/mta-stsd, and restart the server",
            reason);
    else
        error_set(advice, "%s " LINE_TO_ADD, reason, directory);
    return true;
}

int sandbox_admits(const struct config *config, struct error *why)
{
    for (size_t i = 0; i < config->pattern_count; i++) {
        char path[PATH_MAX];
        pattern_fixed_part(config->patterns[i], path);
        if (sandbox_denies(path))
            return error_set(why, "%s is outside what the running server may read; " LINE_TO_ADD,
                             config->patterns[i], path);
    }
    if (config->acme.present && sandbox_denies(config->acme.challenges))
        return error_set(why,
                         "challenges = %s is outside what the running server may read; restart it "
                         "to change that",
                         config->acme.challenges);
    return 0;
}

int sandbox_trees_close(sandbox_trees_lock *lock, struct error *why)
{
    int result = lock((const char *const *)trees.items, trees.count, why);
    trees.is_closed = result == 0;
    return result < 0 ? -1 : 0;
}
