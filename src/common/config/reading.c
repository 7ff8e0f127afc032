/* SPDX-License-Identifier: ISC */
/* reading: keeps which files a configuration was read from, and says what to do about one that
 * cannot be read. */
#include "common/config/reading.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/base/systemdir.h"
#include "common/config/pattern.h"

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

void reading_keep_pattern(struct draft *draft, const char *pattern, struct config_place place)
{
    char directory[PATH_MAX];
    struct config *config = draft->config;
    size_t before = config->pattern_count;
    keep(draft, &draft->pattern_names, &draft->patterns, &config->pattern_count, pattern);
    config->patterns = draft->patterns;
    pattern_fixed_part(pattern, directory);
    if (config->pattern_count == before || !systemdir_is(directory))
        return;
    struct draft_path *wide = draft_alloc(draft, &draft->scratch, sizeof(*wide));
    if (wide != NULL)
        *wide = (struct draft_path){
            .path = draft_scratch_text(draft, pattern), .place = place, .next = draft->wide};
    draft->wide = wide != NULL ? wide : draft->wide;
}

void reading_judge_patterns(struct draft *draft)
{
    char directory[PATH_MAX];
    const struct config_server *server = &draft->config->server;
    if (!server->sandbox || server->read_path.count > 0 || draft->out_of_memory)
        return;
    for (const struct draft_path *at = draft->wide; at != NULL; at = at->next) {
        pattern_fixed_part(at->path, directory);
        findings_say(draft->said, SEVERITY_WARNING, at->place.file, at->place.line,
                     "%s: for this the running server may read all of %s; put such files into a "
                     "directory of their own, such as /etc/mta-stsd/certs, or write `read_path` "
                     "in [server]",
                     at->path, directory);
    }
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
    const struct config_context *context = draft->context;
    const char *kept = NULL;
    if (cause == EACCES && context != NULL && context->denies != NULL &&
        context->denies(path, &advice))
        kept = draft_scratch_text(draft, advice.text);
    return kept != NULL ? kept : advice_of(cause, missing);
}
