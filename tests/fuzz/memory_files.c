/* SPDX-License-Identifier: ISC */
/* memory_files: stands in for the module `file`, so that a fuzz target touches no disk. */
#include "memory_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"

static struct {
    const char *path;
    const void *bytes;
    struct file_stamp stamp;
    size_t length;
} files[MEMORY_FILES_MAX];

static size_t place_of(const char *path)
{
    for (size_t i = 0; i < MEMORY_FILES_MAX; i++)
        if (files[i].path == NULL || strcmp(files[i].path, path) == 0)
            return i;
    abort();
}

void memory_files_put(const char *path, const void *bytes, size_t length)
{
    static ino_t states;
    size_t i = place_of(path);
    files[i].path = path;
    files[i].bytes = bytes;
    files[i].length = length;
    files[i].stamp = (struct file_stamp){.inode = ++states, .modified.tv_sec = time(NULL)};
}

int file_read(struct file *out, const char *path, size_t limit, struct error *why)
{
    size_t i = place_of(path);
    *out = (struct file){0};
    if (files[i].bytes == NULL)
        return error_set_errno(why, ENOENT, "%s: No such file or directory", path);
    if (files[i].length > limit)
        return error_set_errno(why, EFBIG, "%s: too long", path);
    out->bytes = malloc(files[i].length + 1);
    if (out->bytes == NULL)
        return error_set_errno(why, ENOMEM, "%s: out of memory", path);
    memcpy(out->bytes, files[i].bytes, files[i].length);
    out->bytes[files[i].length] = '\0';
    out->length = files[i].length;
    out->stamp = files[i].stamp;
    return 0;
}

int file_read_in(struct file *out, int directory, const char *path, size_t limit, struct error *why)
{
    (void)directory;
    return file_read(out, path, limit, why);
}

void file_free(struct file *file)
{
    free(file->bytes);
    *file = (struct file){0};
}

struct file_stamp file_stamp_of(const char *path)
{
    size_t i = place_of(path);
    return files[i].bytes != NULL ? files[i].stamp : (struct file_stamp){0};
}
