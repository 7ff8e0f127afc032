/* SPDX-License-Identifier: ISC */
/* gather: files, all files of directories, and standard input, one by one. */
#include "ctl/tlsrpt/gather.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/error.h"

/* path: NULL for standard input. */
static void read_file(const char *path, const struct gather_events *events, void *context)
{
    struct bytestream stream;
    struct error why;
    if (bytestream_open(&stream, path, &why) == 0)
        events->file(context, &stream);
    else
        events->failed(context, stream.path, why.text);
    bytestream_close(&stream);
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

static bool is_directory_in(const char *path, const char *name)
{
    char below[PATH_MAX];
    struct stat state;
    int length = snprintf(below, sizeof(below), "%s/%s", path, name);
    return length > 0 && (size_t)length < sizeof(below) && stat(below, &state) == 0 &&
           S_ISDIR(state.st_mode);
}

/* Of a Maildir only new/ and cur/ hold mails: tmp/ has those that are being delivered, and servers
 * keep files of their own beside. fts_number of a directory: whether it is one. */
static bool is_left_out(FTSENT *entry)
{
    if (entry->fts_info == FTS_D)
        entry->fts_number = is_directory_in(entry->fts_accpath, "cur") &&
                            is_directory_in(entry->fts_accpath, "new");
    if (entry->fts_level > 0 && entry->fts_name[0] == '.')
        return true;
    if (entry->fts_level == 0 || entry->fts_parent->fts_number == 0)
        return false;
    bool holds_mails = strcmp(entry->fts_name, "cur") == 0 || strcmp(entry->fts_name, "new") == 0 ||
                       entry->fts_number != 0; /* a folder below it */
    return entry->fts_info != FTS_D || !holds_mails;
}

static void walk(const char *path, const struct gather_events *events, void *context)
{
    char *copy = strdup(path);
    FTS *tree = copy != NULL
                    ? fts_open((char *[]){copy, NULL}, FTS_LOGICAL | FTS_NOCHDIR, compare_names)
                    : NULL;
    FTSENT *entry;
    if (tree == NULL)
        events->failed(context, path, strerror(errno));
    while (tree != NULL && (entry = fts_read(tree)) != NULL) {
        bool is_out = is_left_out(entry);
        if (is_out && entry->fts_info == FTS_D)
            fts_set(tree, entry, FTS_SKIP);
        else if (is_out)
            continue;
        else if (entry->fts_info == FTS_F)
            read_file(entry->fts_path, events, context);
        else if (entry->fts_info == FTS_DC)
            events->failed(context, entry->fts_path, "a link that leads back to where it is in");
        else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
                 entry->fts_info == FTS_NS || entry->fts_info == FTS_SLNONE)
            events->failed(context, entry->fts_path,
                           entry->fts_errno != 0 ? strerror(entry->fts_errno)
                                                 : "a link to nothing");
    }
    if (tree != NULL)
        fts_close(tree);
    free(copy);
}

void gather_paths(char *const paths[], size_t count, const struct gather_events *events,
                  void *context)
{
    for (size_t i = 0; i < count; i++) {
        struct stat state;
        if (strcmp(paths[i], "-") == 0)
            read_file(NULL, events, context);
        else if (stat(paths[i], &state) == 0 && S_ISDIR(state.st_mode))
            walk(paths[i], events, context);
        else
            read_file(paths[i], events, context);
    }
}

uint64_t gather_size(char *const paths[], size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        struct stat state;
        if (strcmp(paths[i], "-") == 0 || stat(paths[i], &state) != 0 || !S_ISREG(state.st_mode))
            return 0;
        sum += (uint64_t)state.st_size;
    }
    return sum;
}
