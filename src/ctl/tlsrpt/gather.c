/* SPDX-License-Identifier: ISC */
/* gather: the bytes of files, of all files of directories, and of standard input, one by one. */
#include "ctl/tlsrpt/gather.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/base/file.h"

/* What came of reading is handed on; path is what it is called. */
static void hand_on(const char *path, int result, struct file *file, const struct error *why,
                    const struct gather_events *events, void *context)
{
    if (result == 0) {
        events->file(context, path, file->bytes, file->length);
        file_free(file);
        return;
    }
    /* The sentence begins with the path, which is told apart from it here. */
    size_t skip = strlen(path);
    bool named = strncmp(why->text, path, skip) == 0 && strncmp(why->text + skip, ": ", 2) == 0;
    events->failed(context, path, named ? why->text + skip + 2 : why->text);
}

static void read_file(const char *path, size_t limit, const struct gather_events *events,
                      void *context)
{
    struct file file;
    struct error why;
    int result = file_read(&file, path, limit, &why);
    hand_on(path, result, &file, &why, events, context);
}

static void read_stdin(size_t limit, const struct gather_events *events, void *context)
{
    struct file file;
    struct error why;
    int result = file_read_stdin(&file, limit, &why);
    hand_on("standard input", result, &file, &why, events, context);
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

static void walk(const char *path, size_t limit, const struct gather_events *events, void *context)
{
    char *copy = strdup(path);
    FTS *tree = copy != NULL
                    ? fts_open((char *[]){copy, NULL}, FTS_LOGICAL | FTS_NOCHDIR, compare_names)
                    : NULL;
    FTSENT *entry;
    if (tree == NULL)
        events->failed(context, path, strerror(errno));
    while (tree != NULL && (entry = fts_read(tree)) != NULL) {
        bool is_hidden = entry->fts_level > 0 && entry->fts_name[0] == '.';
        if (is_hidden && entry->fts_info == FTS_D)
            fts_set(tree, entry, FTS_SKIP);
        else if (is_hidden)
            continue;
        else if (entry->fts_info == FTS_F)
            read_file(entry->fts_path, limit, events, context);
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

void gather_paths(char *const paths[], size_t count, size_t limit,
                  const struct gather_events *events, void *context)
{
    for (size_t i = 0; i < count; i++) {
        struct stat state;
        if (strcmp(paths[i], "-") == 0)
            read_stdin(limit, events, context);
        else if (stat(paths[i], &state) == 0 && S_ISDIR(state.st_mode))
            walk(paths[i], limit, events, context);
        else
            read_file(paths[i], limit, events, context);
    }
}
