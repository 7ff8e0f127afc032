/* SPDX-License-Identifier: ISC */
/* draft: a configuration while it is loaded, before anything is inherited. */
#include "common/config/draft.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/systemdir.h"
#include "common/config/pattern.h"

/* The longest sentence quotes a line and a path or two. */
#define SENTENCE_MAX 8192

void *draft_alloc(struct draft *draft, struct arena *arena, size_t size)
{
    void *memory = arena_alloc(arena, size);
    draft->out_of_memory = draft->out_of_memory || memory == NULL;
    return memory;
}

void *draft_grow(struct draft *draft, struct arena *arena, void *items, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0) /* full at each power of two */
        return items;
    void *larger = draft_alloc(draft, arena, (count == 0 ? 1 : count * 2) * size);
    if (larger != NULL && count > 0)
        memcpy(larger, items, count * size);
    return larger;
}

const char *draft_text(struct draft *draft, const char *text)
{
    const char *copy = intern_text(&draft->texts, &draft->config->arena, text);
    draft->out_of_memory = draft->out_of_memory || copy == NULL;
    return copy;
}

const char *draft_scratch_text(struct draft *draft, const char *text)
{
    const char *copy = intern_text(&draft->scratch_texts, &draft->scratch, text);
    draft->out_of_memory = draft->out_of_memory || copy == NULL;
    return copy;
}

void draft_keep(struct draft *draft, struct draft_sections *sections, struct draft_section section)
{
    struct draft_section *items = array_grow(sections->items, sections->count, sizeof(*items));
    if (items == NULL) {
        draft->out_of_memory = true;
        return;
    }
    sections->items = items;
    section.order = (unsigned)sections->count;
    items[sections->count++] = section;
}

void draft_keep_file(struct draft *draft, const char *path)
{
    struct filelist *files = draft->config->files;
    bool is_new = false;
    const char *kept =
        intern_bytes(&draft->file_names, &files->texts, path, strlen(path) + 1, &is_new);
    if (kept == NULL || (is_new && filelist_add(files, kept) != 0))
        draft->out_of_memory = true;
}

/* Whether it was not among the config's patterns. */
static bool add_pattern(struct draft *draft, const char *pattern)
{
    struct config *config = draft->config;
    bool is_new = false;
    const char *kept =
        intern_bytes(&draft->pattern_names, &config->arena, pattern, strlen(pattern) + 1, &is_new);
    draft->out_of_memory = draft->out_of_memory || kept == NULL;
    if (kept == NULL || !is_new)
        return false;
    const char **grown =
        draft_grow(draft, &config->arena, draft->patterns, config->pattern_count, sizeof(*grown));
    if (grown == NULL)
        return false;
    grown[config->pattern_count++] = kept;
    config->patterns = draft->patterns = grown;
    return true;
}

void draft_keep_pattern(struct draft *draft, const char *pattern, struct config_place place)
{
    char directory[PATH_MAX];
    bool is_new = add_pattern(draft, pattern);
    pattern_fixed_part(pattern, directory);
    if (!is_new || !systemdir_is(directory))
        return;
    struct draft_path *wide = draft_alloc(draft, &draft->scratch, sizeof(*wide));
    if (wide != NULL)
        *wide = (struct draft_path){
            .path = draft_scratch_text(draft, pattern), .place = place, .next = draft->wide};
    draft->wide = wide != NULL ? wide : draft->wide;
}

static void __attribute__((format(printf, 4, 0)))
say(struct draft *draft, const char *file, unsigned line, const char *format, va_list arguments)
{
    char sentence[SENTENCE_MAX];
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    findings_say(draft->said, SEVERITY_ERROR, file, line, "%s", sentence);
}

static void mark_broken(struct draft *draft, struct draft_section *section)
{
    section->broken = true;
    draft->refused = draft->refused || section->kind != DRAFT_DOMAIN;
}

void draft_break(struct draft *draft, struct draft_section *section, unsigned line,
                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(draft, section->file, line, format, arguments);
    va_end(arguments);
    mark_broken(draft, section);
}

void draft_add(struct draft *draft, struct draft_section *section, unsigned line,
               const struct finding *found)
{
    findings_copy(draft->said, found, section->file, line);
    if (found->severity == SEVERITY_ERROR)
        mark_broken(draft, section);
}

void draft_refuse(struct draft *draft, const char *file, unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(draft, file, line, format, arguments);
    va_end(arguments);
    draft->refused = true;
}

void draft_free(struct draft *draft)
{
    arena_free(&draft->scratch);
    intern_free(&draft->texts);
    intern_free(&draft->scratch_texts);
    intern_free(&draft->file_names);
    intern_free(&draft->pattern_names);
    free(draft->templates.items);
    free(draft->domains.items);
    *draft = (struct draft){0};
}
