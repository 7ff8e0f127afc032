/* SPDX-License-Identifier: ISC */
/* sandbox_trees: which directories and files the configuration needs, links resolved. */
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
    char **items;        /* that may be read, links resolved */
    struct stat *states; /* of each, as it was allowed */
    size_t count;
    bool is_closed;
} trees;

/* Cuts the last part off. Whether one is left that is not the root. */
static bool to_parent(char path[PATH_MAX])
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return false;
    *slash = '\0';
    return true;
}

/* A file in whose place there is another now is not the one that was allowed. */
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
        return 0; /* gone meanwhile */
    items[trees.count] = strdup(found);
    if (items[trees.count] == NULL)
        return error_set(why, "out of memory");
    trees.count++;
    return 0;
}

/* Adds what the path leads to, or the nearest directory above that is there and no tree of the
 * system's own, such as "/etc". */
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

/* The directory above, but none that holds other things than ours: "/srv" of "/srv/certs",
 * "/var/lib" of "/var/lib/certs". */
static int add_parent(const char *path, struct error *why)
{
    char above[PATH_MAX];
    snprintf(above, sizeof(above), "%s", path);
    if (!to_parent(above) || strchr(above + 1, '/') == NULL || systemdir_is(above))
        return 0;
    return add_tree(above, why);
}

/* The directories in which links on the way to the path stand: they may be swapped for others. */
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

/* The directory in which the path stands, links resolved. */
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

/* A file or directory of the configuration, and what stands beside it: an editor puts another file
 * in its place. */
static int add_file(const char *path, struct error *why)
{
    char directory[PATH_MAX];
    if (add_tree(path, why) != 0 || add_links(path, why) != 0)
        return -1;
    if (!find_directory(path, directory) || lies_within(directory))
        return 0;
    if (!systemdir_is(directory))
        return add_tree(directory, why);
    if (!is_directory(path))
        log_line(
            LOG_LEVEL_WARNING,
            "sandbox: %s is in %s, which the sandbox does not open: if an editor replaces the "
            "file, a reload cannot read it; keep it in a separate directory, such as /etc/mta-stsd",
            path, directory);
    return 0;
}

/* A pattern's tree is the directory above its fixed part: files there are often links into a
 * sibling folder, and a directory that is removed and made again stays denied by itself. */
static int add_pattern(const char *pattern, struct error *why)
{
    char path[PATH_MAX];
    pattern_fixed_part(pattern, path);
    if (add_parent(path, why) != 0)
        return -1;
    return add_tree(path, why);
}

/* Where not even what is above it is there, it stays denied once it is made, and only the CA would
 * tell. */
static int add_challenges(const struct config_acme *acme, struct error *why)
{
    char found[PATH_MAX];
    const char *directory = acme->challenges; /* built in without [acme], which a reload may add */
    bool is_at_root = strrchr(directory, '/') == directory; /* all there is must not be opened */
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
    /* A reload looks the user up. */
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
    for (size_t i = 0; i < config->file_count; i++) { /* last: what is open already is no news */
        if (add_file(config->files[i], why) != 0)
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

/* Without read_path the new start opens what the configuration names. */
#define LINE_TO_ADD                                                                                \
    "write `read_path = %s` into [server] beside the others, if there are any, and restart it"

bool sandbox_denial(const char *path, struct error *advice)
{
    char found[PATH_MAX];
    char directory[PATH_MAX];
    static const char reason[] = "; it is outside what the running server may read:";
    if (!sandbox_denies(path) || realpath(path, found) == NULL) /* it has just answered */
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
