/* SPDX-License-Identifier: ISC */
/* config_load: reads a configuration with all its files, and says what is wrong with it. */
#include "common/config/config_load.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/config/domainlist.h"
#include "common/config/draft.h"
#include "common/config/pattern.h"
#include "common/config/readahead.h"
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
                     "cannot find the working directory (%s); give the file's full path",
                     strerror(errno));
    const char *directory = NULL;
    if (here != NULL && below[0] != '\0')
        directory = pattern_absolute(&draft->scratch, here, below, false);
    else if (here != NULL)
        directory = arena_copy(&draft->scratch, here, strlen(here));
    free(here);
    return directory;
}

/* In front of the sentence. */
static void leave_out(struct error *why, const char *path)
{
    size_t length = strlen(path);
    if (strncmp(why->text, path, length) == 0 && why->text[length] == ':')
        memmove(why->text, why->text + length + 2, strlen(why->text) - length - 1);
}

static void read_list(struct draft *draft, const struct draft_path *list)
{
    struct file file;
    struct error why;
    if (file_read(&file, list->path, CONFIG_FILE_MAX_BYTES, &why) != 0) {
        struct error sentence;
        error_set(&sentence, "domains_file: %s", why.text);
        unread_note(draft, UNREAD_NAMED, list->path, why.cause, list->place, sentence.text,
                    "; put the list there, or correct the path");
        return;
    }
    const char *kept = draft_text(draft, list->path);
    draft_keep_file(draft, list->path);
    if (kept != NULL)
        domainlist_read(draft, kept, (const char *)file.bytes, file.length);
    file_free(&file);
}

bool config_includes(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > strlen(".ini") &&
           strcmp(name + length - strlen(".ini"), ".ini") == 0;
}

/* The paths of all names that an include reads; NULL with errno. */
static struct filelist_run *list_entries(const char *directory, DIR *stream)
{
    const struct dirent *entry;
    struct filelist_run *run = filelist_run_open();
    int fault = run == NULL ? ENOMEM : 0;
    while (fault == 0) {
        errno = 0;
        if ((entry = readdir(stream)) == NULL) {
            fault = errno;
            break;
        }
        if (config_includes(entry->d_name) && filelist_run_add(run, directory, entry->d_name) != 0)
            fault = ENOMEM;
    }
    if (fault == 0)
        return run;
    filelist_run_unref(run);
    errno = fault;
    return NULL;
}

static bool is_directory(const char *path)
{
    struct stat state;
    file_note(path);
    int result = stat(path, &state);
    file_note(NULL);
    return result == 0 && S_ISDIR(state.st_mode);
}

/* The path of a link, or of what cannot be read, is kept beside the run, too. */
static void read_entry(struct draft *draft, int directory, const char *path,
                       struct readahead *ahead)
{
    static const char missing[] = "; remove the link, or put there what it leads to";
    struct file file;
    struct error why;
    struct filesum *entries = &draft->config->files->entries;
    bool is_read = (ahead != NULL && readahead_take(ahead, &file)) ||
                   file_read_in(&file, directory, path, CONFIG_FILE_MAX_BYTES, &why) == 0;
    if (is_read)
        filesum_add_entry(entries, path, &file.stamp);
    else
        filesum_look(entries, directory, path);
    if (!is_read && why.cause == ELOOP) {
        is_read = file_read(&file, path, CONFIG_FILE_MAX_BYTES, &why) == 0;
        if (is_read)
            draft_keep_file(draft, path);
    }
    if (is_read) {
        sections_read(draft, path, true, (const char *)file.bytes, file.length);
        file_free(&file);
        return;
    }
    leave_out(&why, path);
    if (is_directory(path))
        findings_say(draft->said, SEVERITY_NOTE, path, 0,
                     "this is a directory, and an include reads files only; write an `include` "
                     "line for it, or give it a name that does not end in .ini");
    else
        unread_note(draft, UNREAD_ENTRY, path, why.cause, (struct config_place){.file = path},
                    why.text, missing);
}

static void read_entries(struct draft *draft, int directory, struct filelist_run *listed)
{
    const struct config *before = draft->source->before;
    const struct filelist_run *run =
        filelist_add_run(draft->config->files, listed, before != NULL ? before->files : NULL);
    draft->out_of_memory = draft->out_of_memory || run == NULL;
    if (draft->out_of_memory)
        return;
    struct readahead *ahead = readahead_open(directory, run->paths, run->count);
    for (size_t i = 0; !draft->out_of_memory && i < run->count; i++)
        read_entry(draft, directory, run->paths[i], ahead);
    readahead_close(ahead);
}

static void read_include(struct draft *draft, const struct draft_path *include)
{
    if (draft->source->enters != NULL)
        draft->source->enters(draft->source->context, include->path);
    file_note(include->path);
    DIR *stream = opendir(include->path);
    struct filelist_run *run = stream != NULL ? list_entries(include->path, stream) : NULL;
    int cause = errno;
    file_note(NULL);
    if (run != NULL) {
        draft_keep_file(draft, include->path);
        read_entries(draft, dirfd(stream), run);
    } else {
        struct error sentence;
        error_set(&sentence, "include: %s: %s", include->path, strerror(cause));
        unread_note(draft, UNREAD_NAMED, include->path, cause, include->place, sentence.text,
                    "; name a directory that exists");
    }
    if (stream != NULL)
        closedir(stream);
}

static void read_main(struct draft *draft)
{
    struct file read = {0};
    struct error why;
    const struct config_source *source = draft->source;
    const struct file *file = source->main;
    const char *kept = draft_text(draft, source->path);
    if (kept == NULL)
        return;
    if (file == NULL && file_read(&read, source->path, CONFIG_FILE_MAX_BYTES, &why) == 0)
        file = &read;
    if (file != NULL) {
        draft_keep_file(draft, source->path);
        sections_read(draft, kept, false, (const char *)file->bytes, file->length);
    } else {
        leave_out(&why, source->path);
        findings_note_cause(draft->said, why.cause);
        draft_refuse(
            draft, source->path, 0, "%s%s", why.text,
            unread_advice(draft, source->path, why.cause, "; name the configuration with -c FILE"));
    }
    file_free(&read);
}

static void read_rest(struct draft *draft)
{
    const struct config_list *list = draft->source->list;
    for (struct draft_path *at = draft->includes; at != NULL; at = at->next)
        read_include(draft, at);
    for (struct draft_path *at = draft->lists; at != NULL && list == NULL; at = at->next)
        read_list(draft, at);
    if (list != NULL)
        domainlist_read(draft, list->name, list->bytes, list->length);
    unread_keep_domains(draft);
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
                 "default_host: %s is not the policy host of a configured domain; write mta-sts.%s",
                 host, has_domain(config, host) ? host : " followed by one of the domains");
}

/* Warns of each pattern for which the sandbox opens a directory of the system. */
static void judge_patterns(struct draft *draft)
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

static void judge_all(struct draft *draft)
{
    const struct config *config = draft->config;
    judge_default_host(draft);
    judge_patterns(draft);
    if (config->domain_count + config->broken_count == 0 && !draft->refused)
        findings_say(draft->said, SEVERITY_WARNING, draft->source->path, 0,
                     "no domain is configured, so every name is refused; write a section such as "
                     "[example.com]");
}

static void load_ini(struct draft *draft)
{
    enum config_scope scope = draft->source->scope;
    settings_begin(draft);
    read_main(draft);
    if (scope == CONFIG_SCOPE_ALL)
        read_rest(draft);
    settings_end(draft);
    if (scope != CONFIG_SCOPE_SETTINGS && !draft->out_of_memory)
        resolve_domains(draft);
    if (scope == CONFIG_SCOPE_ALL && !draft->out_of_memory)
        judge_all(draft);
}

static void load(struct draft *draft)
{
    const struct config_source *source = draft->source;
    const struct config_list *list = source->list;
    bool is_list = source->scope == CONFIG_SCOPE_LIST;
    const char *path = is_list ? list->name : source->path;
    draft->directory = directory_of(draft, path);
    draft->defaults = (struct draft_section){.kind = DRAFT_DEFAULTS};
    draft->defaults.file = draft_text(draft, path);
    draft->out_of_memory = draft->out_of_memory || (draft->directory == NULL && !draft->refused);
    if (draft->out_of_memory || draft->refused)
        return;
    if (is_list)
        domainlist_read(draft, path, list->bytes, list->length);
    else
        load_ini(draft);
}

/* Whether what was read is given to the caller: of the whole only if it is accepted. */
static bool keeps(const struct draft *draft)
{
    if (draft->out_of_memory || draft->said->out_of_memory)
        return false;
    switch (draft->source->scope) {
    case CONFIG_SCOPE_ALL:
    case CONFIG_SCOPE_LIST:
        break;
    case CONFIG_SCOPE_MAIN:
        return draft->config->files->count > 0;
    case CONFIG_SCOPE_SETTINGS:
        return true;
    }
    return !draft->refused;
}

int config_load(struct config **out, const struct config_source *source, struct findings *said)
{
    const char *path = source->scope == CONFIG_SCOPE_LIST ? source->list->name : source->path;
    size_t said_before = said->count;
    struct draft draft = {
        .said = said, .config = calloc(1, sizeof(struct config)), .source = source};
    if (draft.config != NULL)
        draft.config->files = filelist_open();
    draft.out_of_memory = draft.config == NULL || draft.config->files == NULL;
    if (!draft.out_of_memory)
        load(&draft);
    if (draft.out_of_memory) {
        draft_refuse(&draft, path, 0, "out of memory");
        findings_note_cause(said, ENOMEM);
    }
    findings_sort(said, said_before, path);
    bool is_kept = keeps(&draft);
    bool is_loaded = is_kept && (!draft.refused || source->scope == CONFIG_SCOPE_MAIN);
    *out = is_kept ? draft.config : NULL;
    if (!is_kept)
        config_free(draft.config);
    draft_free(&draft);
    return is_loaded ? 0 : -1;
}
