/* SPDX-License-Identifier: ISC */
/* unread: handles a file of domains that cannot be read: it either refuses the whole configuration,
 * or its own domains stay as they were. */
#include "common/config/unread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_transient(int cause)
{
    return cause == ENOMEM || cause == EMFILE || cause == ENFILE;
}

/* Whether it is the line of [server] that is wrong: nothing of that kind is there. */
static bool is_misnamed(int cause)
{
    return cause == ENOENT || cause == ENOTDIR || cause == EFBIG || cause == 0;
}

static bool is_denied(const struct draft *draft, const char *path, int cause, struct error *advice)
{
    config_denial *denies = draft->source->denies;
    return cause == EACCES && denies != NULL && denies(path, advice);
}

const char *unread_advice(struct draft *draft, const char *path, int cause, const char *missing)
{
    struct error advice;
    const char *kept = NULL;
    if (is_denied(draft, path, cause, &advice))
        kept = draft_scratch_text(draft, advice.text);
    if (kept != NULL)
        return kept;
    if (cause == ENOENT || cause == ENOTDIR)
        return missing;
    return cause == EACCES || cause == EPERM ? "; make it readable for the server's user" : "";
}

void unread_note(struct draft *draft, enum unread_kind kind, const char *path, int cause,
                 struct config_place place, const char *sentence, const char *missing)
{
    const char *advice = unread_advice(draft, path, cause, missing);
    findings_note_cause(draft->said, cause);
    if (is_transient(cause) || (kind == UNREAD_NAMED && is_misnamed(cause)) ||
        is_denied(draft, path, cause, NULL)) {
        draft_refuse(draft, place.file, place.line, "%s%s", sentence, advice);
        return;
    }
    findings_say(draft->said, SEVERITY_ERROR, place.file, place.line, "%s%s", sentence, advice);
    draft_keep_file(draft, path); /* once it can be read, that is a change */
    struct draft_path *lost = draft_alloc(draft, &draft->scratch, sizeof(*lost));
    if (lost == NULL)
        return;
    *lost = (struct draft_path){
        .path = draft_scratch_text(draft, path), .place = place, .next = draft->unread};
    draft->unread = lost;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_among(const char *path, const char *const *paths, size_t count)
{
    return bsearch(&path, paths, count, sizeof(paths[0]), compare_paths) != NULL;
}

/* The file itself, or the directory that it stands in. */
static bool is_unread(struct draft *draft, const char *file, const char *const *paths, size_t count)
{
    const char *slash = strrchr(file, '/');
    if (is_among(file, paths, count))
        return true;
    if (slash == NULL)
        return false;
    const char *directory = arena_copy(&draft->scratch, file, (size_t)(slash - file));
    draft->out_of_memory = draft->out_of_memory || directory == NULL;
    return directory != NULL && is_among(directory, paths, count);
}

/* Sorted, in scratch memory; NULL when there are none, or out of memory. */
static const char **list_unread(struct draft *draft, size_t *count)
{
    const char **paths = NULL;
    *count = 0;
    for (const struct draft_path *at = draft->unread; at != NULL; at = at->next)
        ++*count;
    if (*count > 0)
        paths = draft_alloc(draft, &draft->scratch, *count * sizeof(*paths));
    if (paths == NULL)
        return NULL;
    size_t i = 0;
    for (const struct draft_path *at = draft->unread; at != NULL; at = at->next)
        paths[i++] = at->path;
    qsort(paths, *count, sizeof(*paths), compare_paths);
    return paths;
}

void unread_keep_domains(struct draft *draft)
{
    const struct config *before = draft->source->before;
    size_t count;
    const char **paths = before != NULL ? list_unread(draft, &count) : NULL;
    const char *last = NULL;
    bool last_is_unread = false;
    for (size_t i = 0; paths != NULL && i < before->domain_count && !draft->out_of_memory; i++) {
        const struct config_domain *domain = &before->domains[i];
        if (domain->file != last) /* there are long runs of one file */
            last_is_unread = is_unread(draft, domain->file, paths, count);
        last = domain->file;
        if (last_is_unread)
            draft_keep(draft, &draft->domains,
                       (struct draft_section){.kind = DRAFT_DOMAIN,
                                              .broken = true,
                                              .guessed = true, /* its own error is said */
                                              .name = draft_text(draft, domain->name),
                                              .file = draft_text(draft, domain->file),
                                              .line = domain->line});
    }
}
