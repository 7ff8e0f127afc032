/* SPDX-License-Identifier: ISC */
/* watch_places: a snapshot of files and directories, and inotify watches on them. */
#include "daemon/life/watch_places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/config/config_load.h"

#define STEPS_MAX 40 /* links and directories on the way to one path */
#define EVENTS                                                                                     \
    (IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MODIFY |             \
     IN_MOVE_SELF | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)

void watch_places_set(struct watch_places *places, struct filelist *files)
{
    struct filelist *before = places->files;
    places->files = filelist_ref(files);
    filelist_unref(before);
}

void watch_places_copy(struct watch_places *out, const struct watch_places *places)
{
    *out = (struct watch_places){.files = filelist_ref(places->files), .events = -1};
}

static void forget_directories(struct watch_places *places)
{
    if (places->events >= 0)
        close(places->events);
    places->events = -1;
    for (size_t i = 0; i < places->directory_count; i++)
        free(places->directories[i]);
    free(places->directories);
    places->directories = NULL;
    places->directory_count = 0;
}

void watch_places_free(struct watch_places *places)
{
    forget_directories(places);
    watch_places_set(places, NULL);
    *places = (struct watch_places){.events = -1};
}

/* ---- The directories. */

/* False for "/" and ".", above which nothing is looked at. */
static bool parent_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length >= PATH_MAX || strcmp(path, "/") == 0 || strcmp(path, ".") == 0)
        return false;
    if (slash == NULL || slash == path)
        snprintf(out, PATH_MAX, "%s", slash == NULL ? "." : "/");
    else
        snprintf(out, PATH_MAX, "%.*s", (int)length, path);
    return true;
}

/* Whether the path is a link, with what it leads to. */
static bool read_link(const char *path, const char *parent, char out[PATH_MAX])
{
    char target[PATH_MAX];
    file_note(path);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    file_note(NULL);
    if (length <= 0)
        return false;
    target[length] = '\0';
    int whole = target[0] == '/' ? snprintf(out, PATH_MAX, "%s", target)
                                 : snprintf(out, PATH_MAX, "%s/%s", parent, target);
    return whole < PATH_MAX;
}

static void watch_directory(struct watch_places *places, const char *directory)
{
    file_note(directory);
    bool is_watched =
        places->events >= 0 && inotify_add_watch(places->events, directory, EVENTS) >= 0;
    int fault = errno;
    file_note(NULL);
    if (is_watched)
        return;
    places->complete = false;
    if (places->events >= 0 && places->fault == 0 && fault != ENOENT && fault != ENOTDIR)
        places->fault = fault;
}

/* Whether it was not among the directories. */
static bool add_directory(struct watch_places *places, const char *directory)
{
    for (size_t i = places->directory_count; i > 0; i--) {
        if (strcmp(places->directories[i - 1], directory) == 0)
            return false;
    }
    char *copy = strdup(directory);
    char **grown = realloc(places->directories, (places->directory_count + 1) * sizeof(*grown));
    if (grown != NULL)
        places->directories = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        places->complete = false;
        return false;
    }
    places->directories[places->directory_count++] = copy;
    watch_directory(places, directory);
    return true;
}

/* Adds the path's directory, where the path is a link or is_wanted itself, and goes on with what a
 * link leads to and with the directories above. */
static void follow(struct watch_places *places, const char *path, bool is_wanted, unsigned steps)
{
    char parent[PATH_MAX];
    char target[PATH_MAX];
    if (steps == 0 || !parent_of(path, parent))
        return;
    bool is_link = read_link(path, parent, target);
    if (is_link)
        follow(places, target, is_wanted, steps - 1);
    if ((!is_link && !is_wanted) || add_directory(places, parent))
        follow(places, parent, false, steps - 1);
}

void watch_places_begin(struct watch_places *places)
{
    forget_directories(places);
    places->complete = true;
    places->fault = 0;
    places->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (places->events >= 0)
        return;
    places->complete = false;
    places->fault = errno;
}

void watch_places_enter(struct watch_places *places, const char *directory)
{
    follow(places, directory, true, STEPS_MAX);
    add_directory(places, directory);
}

/* ---- The sum. */

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
    return hash_words(hash, &number, sizeof(number));
}

static uint64_t hash_text(const char *text)
{
    return hash_words(HASH_START, text, strlen(text));
}

static int64_t time_ns(const struct timespec *when)
{
    return when->tv_sec * INT64_C(1000000000) + when->tv_nsec;
}

/* The names that an include reads, in whatever order; the files themselves are paths, too. Loosely:
 * all names that are not hidden, and when each changed. */
static uint64_t hash_entries(const char *directory, bool loosely)
{
    uint64_t sum = 0;
    struct dirent *entry;
    struct stat state;
    DIR *stream = opendir(directory);
    if (stream == NULL)
        return (uint64_t)errno;
    while ((entry = readdir(stream)) != NULL) {
        const char *name = entry->d_name;
        if (!loosely && config_includes(name))
            sum += hash_text(name);
        else if (loosely && name[0] != '.' &&
                 fstatat(dirfd(stream), name, &state, AT_SYMLINK_NOFOLLOW) == 0)
            sum += hash_number(hash_text(name), (uint64_t)time_ns(&state.st_ctim));
    }
    closedir(stream);
    return sum;
}

/* state: NULL where the path leads to nothing, which errno says then. */
static void add_state(struct filesum *sum, const char *path, const struct stat *state)
{
    uint64_t hash = hash_text(path);
    if (state == NULL) {
        filesum_add(sum, hash_number(hash, (uint64_t)errno), &(struct timespec){0});
        return;
    }
    hash = hash_number(hash, state->st_dev);
    hash = hash_number(hash, state->st_ino);
    hash = hash_number(hash, state->st_mode);
    if (S_ISDIR(state->st_mode)) {
        hash = hash_number(hash, hash_entries(path, false));
    } else {
        hash = hash_number(hash, (uint64_t)state->st_size);
        hash = hash_number(hash, (uint64_t)time_ns(&state->st_mtim));
        hash = hash_number(hash, (uint64_t)time_ns(&state->st_ctim));
    }
    filesum_add(sum, hash, &state->st_ctim);
}

static void look_at_path(struct watch_places *places, const char *path, struct filesum *sum)
{
    struct stat state;
    follow(places, path, true, STEPS_MAX);
    file_note(path);
    bool exists = stat(path, &state) == 0;
    int fault = errno;
    file_note(NULL);
    if (exists && S_ISDIR(state.st_mode))
        add_directory(places, path); /* before its names are read */
    file_note(path);
    errno = fault;
    add_state(sum, path, exists ? &state : NULL);
    file_note(NULL);
}

/* A link that was swapped, a file that was removed, show in nothing but their directory's time. */
static void add_directory_time(struct filesum *sum, const char *directory, bool loosely)
{
    struct stat state;
    if (stat(directory, &state) != 0)
        return;
    uint64_t hash = loosely ? hash_number(hash_text(directory), hash_entries(directory, true)) : 0;
    filesum_add(sum, hash, &state.st_ctim);
}

/* All files of a run are in one directory, which is watched: each costs one call, and there are
 * very many. What is no file there is, where it was loaded, among the paths as well. */
static void look_at_run(const struct filelist_run *run, struct filesum *sum)
{
    char directory[PATH_MAX];
    if (run->count == 0 || !parent_of(run->paths[0], directory))
        return;
    file_note(directory);
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    file_note(NULL);
    for (size_t i = 0; i < run->count; i++)
        filesum_look(sum, fd, run->paths[i]);
    if (fd >= 0)
        close(fd);
}

/* The paths, and the directories found on the way to them. */
static void look_at_rest(struct watch_places *places, bool loosely, struct filesum *sum)
{
    const struct filelist *files = places->files;
    for (size_t i = 0; files != NULL && i < files->count; i++)
        look_at_path(places, files->paths[i], sum);
    for (size_t i = 0; i < places->directory_count; i++) {
        file_note(places->directories[i]);
        add_directory_time(sum, places->directories[i], loosely);
    }
    file_note(NULL);
}

struct filesum watch_places_look(struct watch_places *places, bool loosely)
{
    struct filesum sum = {0};
    const struct filelist *files = places->files;
    watch_places_begin(places);
    look_at_rest(places, loosely, &sum);
    for (size_t i = 0; files != NULL && i < files->run_count; i++)
        look_at_run(files->runs[i], &sum);
    return sum;
}

struct filesum watch_places_of_load(struct watch_places *places)
{
    struct filesum sum = places->files->entries;
    look_at_rest(places, false, &sum);
    return sum;
}
