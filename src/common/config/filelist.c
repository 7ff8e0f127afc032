/* SPDX-License-Identifier: ISC */
/* filelist: the files that a configuration was read from, counted, since they may be watched for
 * longer than it lives. */
#include "common/config/filelist.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
    for (size_t i = 0; i < list->run_count; i++)
        filelist_run_unref(list->runs[i]);
    arena_free(&list->texts);
    free(list->runs);
    free(list->paths);
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

struct filelist_run *filelist_run_open(void)
{
    struct filelist_run *run = calloc(1, sizeof(*run));
    if (run != NULL)
        atomic_init(&run->references, 1);
    return run;
}

void filelist_run_unref(struct filelist_run *run)
{
    if (run == NULL || atomic_fetch_sub_explicit(&run->references, 1, memory_order_acq_rel) != 1)
        return;
    arena_free(&run->texts);
    free(run->paths);
    free(run);
}

int filelist_run_add(struct filelist_run *run, const char *directory, const char *name)
{
    size_t above = strlen(directory), below = strlen(name);
    char *path = arena_text(&run->texts, above + 1 + below);
    if (path == NULL)
        return -1;
    memcpy(path, directory, above);
    path[above] = '/';
    memcpy(path + above + 1, name, below);
    return add(&run->paths, &run->count, path);
}

/* A path, with the first bytes of its name as a number of the same order: most comparisons need no
 * more, and touch no text. */
struct keyed {
    uint64_t key;
    const char *path;
};

static uint64_t key_of(const char *name)
{
    uint64_t key = 0;
    for (size_t i = 0; i < sizeof(key); i++) {
        key = key << 8 | (unsigned char)*name;
        name += *name != '\0';
    }
    return key;
}

/* Byte order, whatever the locale. */
static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *one = a;
    const struct keyed *other = b;
    if (one->key != other->key)
        return one->key < other->key ? -1 : 1;
    return strcmp(one->path, other->path);
}

/* Of one directory all. Returns -1 when out of memory. */
static int sort_run(struct filelist_run *run)
{
    struct keyed *keyed = run->count > 0 ? malloc(run->count * sizeof(*keyed)) : NULL;
    if (keyed == NULL)
        return run->count > 0 ? -1 : 0;
    size_t directory = (size_t)(strrchr(run->paths[0], '/') - run->paths[0]) + 1;
    for (size_t i = 0; i < run->count; i++)
        keyed[i] = (struct keyed){key_of(run->paths[i] + directory), run->paths[i]};
    qsort(keyed, run->count, sizeof(*keyed), compare_keyed);
    for (size_t i = 0; i < run->count; i++)
        run->paths[i] = keyed[i].path;
    free(keyed);
    return 0;
}

static bool is_same_run(const struct filelist_run *a, const struct filelist_run *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->paths[i], b->paths[i]) != 0)
            return false;
    return true;
}

/* The run, or a reference to an equal one instead. */
static struct filelist_run *share_run(struct filelist_run *run, const struct filelist *before)
{
    for (size_t i = 0; before != NULL && i < before->run_count; i++) {
        struct filelist_run *old = before->runs[i];
        if (!is_same_run(old, run))
            continue;
        atomic_fetch_add_explicit(&old->references, 1, memory_order_relaxed);
        filelist_run_unref(run);
        return old;
    }
    return run;
}

const struct filelist_run *filelist_add_run(struct filelist *list, struct filelist_run *run,
                                            const struct filelist *before)
{
    struct filelist_run **grown =
        array_grow(list->runs, list->run_count, sizeof(struct filelist_run *));
    if (grown != NULL)
        list->runs = grown;
    if (grown == NULL || sort_run(run) != 0) {
        filelist_run_unref(run);
        return NULL;
    }
    run = share_run(run, before);
    grown[list->run_count++] = run;
    return run;
}
