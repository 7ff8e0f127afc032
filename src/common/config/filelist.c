/* SPDX-License-Identifier: ISC */
/* filelist: the files that a configuration was read from, counted, since they may be watched for
 * longer than it lives. */
#include "common/config/filelist.h"

#include <stdlib.h>

#include "common/base/array.h"

struct filelist *filelist_open(void)
{
    struct filelist *list = calloc(1, sizeof(*list));
    if (list != NULL)
        atomic_init(&list->references, 1);
    return list;
}

struct filelist *filelist_ref(struct filelist *list)
{
    if (list != NULL)
        atomic_fetch_add_explicit(&list->references, 1, memory_order_relaxed);
    return list;
}

void filelist_unref(struct filelist *list)
{
    if (list == NULL || atomic_fetch_sub_explicit(&list->references, 1, memory_order_acq_rel) != 1)
        return;
    arena_free(&list->texts);
    free(list->paths);
    free(list->entries);
    free(list);
}

static int add(const char ***paths, size_t *count, const char *path)
{
    const char **grown = array_grow(*paths, *count, sizeof(*grown));
    if (grown == NULL)
        return -1;
    *paths = grown;
    grown[(*count)++] = path;
    return 0;
}

int filelist_add(struct filelist *list, const char *path)
{
    return add(&list->paths, &list->count, path);
}

int filelist_add_entry(struct filelist *list, const char *path)
{
    return add(&list->entries, &list->entry_count, path);
}
