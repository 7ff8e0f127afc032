/* SPDX-License-Identifier: ISC */
/* reading: keeps which files a configuration was read from, and says what to do about one that
 * cannot be read. */
#include "reading.h"

#include <errno.h>
#include <string.h>

void reading_keep(struct draft *draft, const char *path)
{
    struct config *config = draft->config;
    bool is_new = false;
    const char *kept =
        intern_bytes(&draft->file_names, &config->arena, path, strlen(path) + 1, &is_new);
    draft->out_of_memory = draft->out_of_memory || kept == NULL;
    if (kept == NULL || !is_new)
        return;
    const char **files =
        draft_grow(draft, &config->arena, draft->files, config->file_count, sizeof(*files));
    if (files == NULL)
        return;
    draft->files = files;
    files[config->file_count++] = kept;
    config->files = files;
}

const char *reading_advice(int cause, const char *missing)
{
    if (cause == ENOENT || cause == ENOTDIR)
        return missing;
    if (cause == EACCES || cause == EPERM)
        return "; make it readable for the server's user";
    return "";
}
