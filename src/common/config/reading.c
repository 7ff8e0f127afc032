/* SPDX-License-Identifier: ISC */
/* reading: keeps which files a configuration was read from, and says what to do about one that
 * cannot be read. */
#include "common/config/reading.h"

#include <errno.h>
#include <string.h>

/* Adds the text to the list that lives as long as the config, if the set does not have it. */
static void keep(struct draft *draft, struct intern *set, const char ***list, size_t *count,
                 const char *text)
{
    struct arena *arena = &draft->config->arena;
    bool is_new = false;
    const char *kept = intern_bytes(set, arena, text, strlen(text) + 1, &is_new);
    draft->out_of_memory = draft->out_of_memory || kept == NULL;
    if (kept == NULL || !is_new)
        return;
    const char **grown = draft_grow(draft, arena, *list, *count, sizeof(*grown));
    if (grown == NULL)
        return;
    *list = grown;
    grown[(*count)++] = kept;
}

void reading_keep(struct draft *draft, const char *path)
{
    struct config *config = draft->config;
    keep(draft, &draft->file_names, &draft->files, &config->file_count, path);
    config->files = draft->files;
}

void reading_keep_pattern(struct draft *draft, const char *pattern)
{
    struct config *config = draft->config;
    keep(draft, &draft->pattern_names, &draft->patterns, &config->pattern_count, pattern);
    config->patterns = draft->patterns;
}

static const char *advice_of(int cause, const char *missing)
{
    if (cause == ENOENT || cause == ENOTDIR)
        return missing;
    if (cause == EACCES || cause == EPERM)
        return "; make it readable for the server's user";
    return "";
}

const char *reading_advice(struct draft *draft, const char *path, int cause, const char *missing)
{
    struct error advice;
    const char *kept = NULL;
    if (cause == EACCES && draft->denies != NULL && draft->denies(path, &advice))
        kept = draft_scratch_text(draft, advice.text);
    return kept != NULL ? kept : advice_of(cause, missing);
}
