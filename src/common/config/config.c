/* SPDX-License-Identifier: ISC */
/* config: the whole configuration, read, inherited and judged: what mta-stsd.ini(5) describes. */
#include "common/config/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/config/domainlist.h"
#include "common/config/draft.h"
#include "common/config/pattern.h"
#include "common/config/reading.h"
#include "common/config/resolve.h"
#include "common/config/sections.h"
#include "common/config/settings.h"
#include "common/config/unread.h"
#include "common/name/hostname.h"

/* The directory that relative paths start from, absolute, in the scratch arena. */
static const char *directory_of(struct draft *draft, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *below =
        arena_copy(&draft->scratch, path, slash != NULL ? (size_t)(slash - path) : 0);
    if (path[0] == '/' || below == NULL)
        return below;

    char *here = getcwd(NULL, 0);
    if (here == NULL && errno != ENOMEM)
        draft_refuse(draft, path, 0,
                     "the working directory cannot be named (%s); give the file's full path",
                     strerror(errno));
    const char *directory = NULL;
    if (here != NULL && below[0] != '\0')
        directory = pattern_absolute(&draft->scratch, here, below, false);
    else if (here != NULL)
        directory = arena_copy(&draft->scratch, here, strlen(here));
    free(here);
    return directory;
}

/* What takes the bytes of one file. */
typedef void take_file(struct draft *draft, const char *file, const char *bytes, size_t length);

/* Returns 0, or -1 with why, the path left out of it. */
static int read_file(struct draft *draft, const char *path, take_file *take, struct error *why)
{
    struct file file;
    const char *kept = draft_text(draft, path);
    if (kept == NULL)
        return 0;
    if (file_read(&file, path, CONFIG_FILE_MAX_BYTES, why) != 0) {
        size_t length = strlen(path);
        if (strncmp(why->text, path, length) == 0 && why->text[length] == ':')
            memmove(why->text, why->text + length + 2, strlen(why->text) - length - 1);
        return -1;
    }
    reading_keep(draft, path);
    take(draft, kept, (const char *)file.bytes, file.length);
    file_free(&file);
    return 0;
}

static void read_list(struct draft *draft, const struct draft_path *list)
{
    struct file file;
    struct error why;
    if (file_read(&file, list->path, CONFIG_FILE_MAX_BYTES, &why) != 0) {
        struct error sentence;
        error_set(&sentence, "domains_file: %s", why.text);
        unread_note(draft, UNREAD_NAMED, list->path, why.cause, list->place, sentence.text,
                    reading_advice(draft, list->path, why.cause,
                                   "; put the list there, or correct the path"));
        return;
    }
    const char *kept = draft_text(draft, list->path);
    reading_keep(draft, list->path);
    if (kept != NULL)
        domainlist_read(draft, kept, (const char *)file.bytes, file.length);
    file_free(&file);
}

static void take_main(struct draft *draft, const char *file, const char *bytes, size_t length)
{
    sections_read(draft, file, false, bytes, length);
}

static void take_include(struct draft *draft, const char *file, const char *bytes, size_t length)
{
    sections_read(draft, file, true, bytes, length);
}

bool config_includes(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > strlen(".ini") &&
           strcmp(name + length - strlen(".ini"), ".ini") == 0;
}

static int is_included(const struct dirent *entry)
{
    return config_includes(entry->d_name);
}

/* Byte order, whatever the locale. */
static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_entry(struct draft *draft, const char *directory, const char *name)
{
    static const char missing[] = "; remove the link, or put there what it leads to";
    struct stat state;
    struct error why;
    char *path = pattern_absolute(&draft->scratch, directory, name, false);
    draft->out_of_memory = draft->out_of_memory || path == NULL;
    if (draft->out_of_memory)
        return;
    file_note(path);
    bool is_directory = stat(path, &state) == 0 && S_ISDIR(state.st_mode);
    file_note(NULL);
    if (is_directory)
        findings_say(draft->said, SEVERITY_NOTE, path, 0,
                     "this is a directory, and an include reads files only; write an `include` "
                     "line for it, or give it a name that does not end in .ini");
    else if (read_file(draft, path, take_include, &why) != 0)
        unread_note(draft, UNREAD_ENTRY, path, why.cause, (struct config_place){.file = path},
                    why.text, reading_advice(draft, path, why.cause, missing));
}

static void read_include(struct draft *draft, const struct draft_path *include)
{
    struct dirent **entries = NULL;
    file_note(include->path);
    int count = scandir(include->path, &entries, is_included, compare_entries);
    int cause = errno;
    file_note(NULL);
    if (count < 0) {
        struct error sentence;
        error_set(&sentence, "include: %s: %s", include->path, strerror(cause));
        unread_note(
            draft, UNREAD_NAMED, include->path, cause, include->place, sentence.text,
            reading_advice(draft, include->path, cause, "; name a directory that is there"));
        return;
    }
    reading_keep(draft, include->path);
    for (int i = 0; i < count; i++) {
        read_entry(draft, include->path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* missing: what to do where there is no such file. */
static void read_main(struct draft *draft, const char *path, const char *missing)
{
    struct error why;
    const struct file *main = draft->context != NULL ? draft->context->main : NULL;
    const char *kept = draft_text(draft, path);
    if (main != NULL && kept != NULL) {
        reading_keep(draft, path);
        take_main(draft, kept, (const char *)main->bytes, main->length);
    } else if (read_file(draft, path, take_main, &why) != 0) {
        findings_note_cause(draft->said, why.cause);
        draft_refuse(draft, path, 0, "%s%s", why.text,
                     reading_advice(draft, path, why.cause, missing));
    }
}

/* instead: the list that stands for those that the configuration names, or NULL. */
static void read_all(struct draft *draft, const char *path, const struct config_list *instead)
{
    read_main(draft, path, "; name the configuration with -c FILE");
    for (struct draft_path *at = draft->includes; at != NULL; at = at->next)
        read_include(draft, at);
    for (struct draft_path *at = draft->lists; at != NULL && instead == NULL; at = at->next)
        read_list(draft, at);
    if (instead != NULL)
        domainlist_read(draft, instead->name, instead->bytes, instead->length);
    unread_keep_domains(draft);
    settings_end(draft);
}

static int compare_name(const void *name, const void *domain)
{
    const struct config_domain *other = domain;
    return strcmp(name, other->name);
}

static bool has_domain(const struct config *config, const char *name)
{
    return config->domain_count > 0 && bsearch(name, config->domains, config->domain_count,
                                               sizeof(config->domains[0]), compare_name) != NULL;
}

static void judge_default_host(struct draft *draft)
{
    const struct config *config = draft->config;
    const char *host = config->server.default_host.text;
    const char *domain = hostname_policy_domain(host);
    if (host[0] == '\0' || (domain != NULL && has_domain(config, domain)))
        return;
    draft_refuse(draft, draft->default_host_place.file, draft->default_host_place.line,
                 "default_host: %s is the policy host of no domain configured here; write "
                 "mta-sts.%s",
                 host, has_domain(config, host) ? host : " and one of the domains");
}

static void load(struct draft *draft, const char *path, const struct config_list *instead)
{
    draft->directory = directory_of(draft, path);
    draft->defaults = (struct draft_section){.kind = DRAFT_DEFAULTS};
    draft->defaults.file = draft_text(draft, path);
    draft->out_of_memory = draft->out_of_memory || (draft->directory == NULL && !draft->refused);
    if (draft->out_of_memory || draft->refused)
        return;
    settings_begin(draft);
    read_all(draft, path, instead);
    if (draft->out_of_memory)
        return;
    resolve_domains(draft);
    if (draft->out_of_memory)
        return;
    judge_default_host(draft);
    reading_judge_patterns(draft);
    if (draft->config->domain_count + draft->config->broken_count == 0 && !draft->refused)
        findings_say(draft->said, SEVERITY_WARNING, path, 0,
                     "no domain is configured, so every name is refused; write a section such as "
                     "[example.com]");
}

static int load_config(struct config **out, const char *path, const struct config_list *instead,
                       const struct config_context *context, struct findings *said)
{
    *out = NULL;
    size_t said_before = said->count;
    struct draft draft = {
        .said = said, .config = calloc(1, sizeof(struct config)), .context = context};
    if (draft.config == NULL) {
        findings_say(said, SEVERITY_ERROR, path, 0, "out of memory");
        findings_note_cause(said, ENOMEM);
        return -1;
    }
    load(&draft, path, instead);
    if (draft.out_of_memory) {
        draft_refuse(&draft, path, 0, "out of memory");
        findings_note_cause(said, ENOMEM);
    }
    findings_sort(said, said_before, path);

    int result = draft.refused || said->out_of_memory ? -1 : 0;
    struct config *config = draft.config;
    draft_free(&draft);
    if (result != 0) {
        config_free(config);
        return -1;
    }
    *out = config;
    return 0;
}

int config_load_list(struct config **out, const char *path, const struct config_list *instead,
                     struct findings *said)
{
    return load_config(out, path, instead, NULL, said);
}

int config_load_within(struct config **out, const char *path, const struct config_context *context,
                       struct findings *said)
{
    return load_config(out, path, NULL, context, said);
}

int config_load_server(struct config **out, const char *path, const struct file *main,
                       struct findings *said)
{
    const struct config_context context = {.main = main};
    struct draft draft = {
        .said = said, .config = calloc(1, sizeof(struct config)), .context = &context};
    *out = draft.config;
    if (*out == NULL) {
        findings_say(said, SEVERITY_ERROR, path, 0, "out of memory");
        return -1;
    }
    draft.directory = directory_of(&draft, path);
    draft.defaults = (struct draft_section){.kind = DRAFT_DEFAULTS};
    draft.defaults.file = draft_text(&draft, path);
    if (draft.directory != NULL && !draft.out_of_memory) {
        settings_begin(&draft);
        read_main(&draft, path, "");
        settings_end(&draft);
    }
    bool lacks_memory = draft.out_of_memory || said->out_of_memory;
    bool is_refused = draft.refused || draft.directory == NULL || lacks_memory;
    draft_free(&draft);
    if (lacks_memory) {
        config_free(*out);
        *out = NULL;
    }
    return is_refused ? -1 : 0;
}

int config_load_main(struct config **out, const char *path, struct findings *said)
{
    struct draft draft = {.said = said, .config = calloc(1, sizeof(struct config))};
    struct config *config = draft.config;
    *out = NULL;
    if (config == NULL)
        return -1;
    draft.directory = directory_of(&draft, path);
    draft.defaults = (struct draft_section){.kind = DRAFT_DEFAULTS, .file = path};
    if (draft.directory != NULL) {
        settings_begin(&draft);
        read_main(&draft, path, "");
        settings_end(&draft);
        resolve_domains(&draft);
    }
    bool was_read = config->file_count > 0 && !draft.out_of_memory;
    draft_free(&draft);
    if (!was_read) {
        config_free(config);
        return -1;
    }
    *out = config;
    return 0;
}

int config_load(struct config **out, const char *path, struct findings *said)
{
    return load_config(out, path, NULL, NULL, said);
}

void config_judge_list(const struct config_list *list, struct findings *said)
{
    struct draft draft = {.said = said, .config = calloc(1, sizeof(struct config))};
    if (draft.config != NULL) {
        draft.directory = directory_of(&draft, list->name);
        domainlist_read(&draft, list->name, list->bytes, list->length);
    }
    if (draft.config == NULL || draft.out_of_memory)
        findings_say(said, SEVERITY_ERROR, list->name, 0, "out of memory");
    config_free(draft.config);
    draft_free(&draft);
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    arena_free(&config->arena);
    free(config);
}

int config_expand(char *out, size_t size, const char *pattern, const char *domain)
{
    return pattern_expand(out, size, pattern, domain);
}
