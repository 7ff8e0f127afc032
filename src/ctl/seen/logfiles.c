/* SPDX-License-Identifier: ISC */
/* logfiles: a log file and the rotated ones beside it, from the oldest on. */
#include "ctl/seen/logfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "ctl/seen/logline.h"
#include "ctl/seen/logreader.h"

#define FILES_MAX  10000
#define PEEK_LINES 10000 /* a line with a time is among the first */

/* ---- The first time in a file. */

struct peek {
    int64_t first;
    unsigned lines;
};

static int peek_at(void *context, const char *bytes, size_t length, struct error *why)
{
    struct peek *peek = context;
    struct logline line;
    (void)why;
    logline_read(&line, bytes, length);
    peek->first = line.time;
    return line.time != 0 || ++peek->lines == PEEK_LINES;
}

/* What cannot be read is told when all of it is read. */
static int64_t first_time(const char *path)
{
    struct peek peek = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    (void)logreader_run(fd, path, peek_at, &peek, NULL);
    close(fd);
    return peek.first;
}

/* ---- The list. */

static bool has_file(const struct logfiles *files, const struct stat *state)
{
    for (size_t i = 0; i < files->count; i++) {
        if (files->items[i].device == state->st_dev && files->items[i].inode == state->st_ino)
            return true;
    }
    return false;
}

static int add_file(struct logfiles *files, const char *path, struct error *why)
{
    struct stat state;
    if (stat(path, &state) != 0)
        return error_set_errno(why, errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(state.st_mode))
        return error_set(why, "%s: not a regular file", path);
    if (has_file(files, &state))
        return 0;
    if (files->count == FILES_MAX)
        return error_set(why, "%s: there are more than %d files of this log", path, FILES_MAX);
    struct logfile *items = array_grow(files->items, files->count, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    files->items = items;
    struct logfile *file = &items[files->count];
    *file = (struct logfile){
        .path = strdup(path),
        .first = first_time(path),
        .changed = state.st_mtim.tv_sec,
        .device = state.st_dev,
        .inode = state.st_ino,
    };
    if (file->path == NULL)
        return error_set(why, "out of memory");
    files->count++;
    return 0;
}

/* mta-stsd.log.1, mta-stsd.log.2.gz, mta-stsd.log-20261122.gz of mta-stsd.log. */
static bool is_rotated(const char *name, const char *base)
{
    size_t length = strlen(base);
    if (strncmp(name, base, length) != 0)
        return false;
    const char *rest = name + length;
    return (rest[0] == '.' || rest[0] == '-') && rest[1] >= '0' && rest[1] <= '9';
}

static int add_rotated(struct logfiles *files, const char *path, struct error *why)
{
    char directory[PATH_MAX], other[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    int length = snprintf(directory, sizeof(directory), "%.*s",
                          slash != NULL ? (int)(slash - path) + 1 : 2, slash != NULL ? path : "./");
    DIR *open_one = length > 0 && (size_t)length < sizeof(directory) ? opendir(directory) : NULL;
    const struct dirent *entry;
    int result = 0;
    while (open_one != NULL && result == 0 && (entry = readdir(open_one)) != NULL) {
        if (!is_rotated(entry->d_name, base))
            continue;
        length =
            snprintf(other, sizeof(other), "%s%s", slash != NULL ? directory : "", entry->d_name);
        if (length < 0 || (size_t)length >= sizeof(other))
            result = error_set(why, "%s: the path is too long", path);
        else
            result = add_file(files, other, why);
    }
    if (open_one != NULL)
        closedir(open_one);
    return result;
}

static int compare_files(const void *left, const void *right)
{
    const struct logfile *a = left, *b = right;
    int64_t of_a = a->first != 0 ? a->first : a->changed;
    int64_t of_b = b->first != 0 ? b->first : b->changed;
    if (of_a != of_b)
        return of_a < of_b ? -1 : 1;
    if (a->changed != b->changed)
        return a->changed < b->changed ? -1 : 1;
    return strcmp(a->path, b->path);
}

int logfiles_find(struct logfiles *out, const char *path, struct error *why)
{
    struct error missing;
    *out = (struct logfiles){0};
    int result = add_file(out, path, &missing);
    if (result == 0 || missing.cause == ENOENT)
        result = add_rotated(out, path, why);
    else
        *why = missing;
    if (result == 0 && out->count == 0) {
        *why = missing;
        result = -1;
    }
    if (result != 0) {
        logfiles_free(out);
        return -1;
    }
    qsort(out->items, out->count, sizeof(*out->items), compare_files);
    return 0;
}

void logfiles_free(struct logfiles *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].path);
    free(files->items);
    *files = (struct logfiles){0};
}
