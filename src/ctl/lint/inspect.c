/* SPDX-License-Identifier: ISC */
/* inspect: checks one file (policy, configuration or list) and collects the findings.
 */
#include "ctl/lint/inspect.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/config/config_load.h"
#include "common/policy/lint.h"
#include "common/policy/policytext.h"
#include "ctl/base/setup.h"
#include "ctl/lint/tlsreport.h"

static const char *const kind_names[] = {
    [INSPECT_POLICY] = "policy",
    [INSPECT_INI] = "ini",
    [INSPECT_LIST] = "list",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *inspect_kind_name(enum inspect_kind kind)
{
    return kind_names[kind];
}

int inspect_kind_parse(enum inspect_kind *out, const char *name)
{
    for (size_t i = 0; i < COUNT(kind_names); i++) {
        if (strcmp(name, kind_names[i]) != 0)
            continue;
        *out = (enum inspect_kind)i;
        return 0;
    }
    return -1;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length > strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* Whether the line says what kind of file this is. */
static bool guess_line(enum inspect_kind *out, const char *line, size_t length)
{
    while (length > 0 && (*line == ' ' || *line == '\t' || *line == '\r')) {
        line++;
        length--;
    }
    if (length == 0 || *line == '#' || *line == ';')
        return false;
    size_t word = 0;
    while (word < length && memchr(" \t\r:=", line[word], 5) == NULL)
        word++;
    const char *colon = memchr(line, ':', length);
    const char *equals = memchr(line, '=', length);
    bool is_header = *line == '[';
    bool is_name = memchr(line, '.', word) != NULL && colon != line + word && equals != line + word;
    if (is_name && !is_header)
        *out = INSPECT_LIST;
    else if (is_header || (equals != NULL && (colon == NULL || equals < colon)))
        *out = INSPECT_INI;
    else
        *out = INSPECT_POLICY;
    return true;
}

enum inspect_kind inspect_guess(const char *name, const char *bytes, size_t length)
{
    enum inspect_kind kind = INSPECT_POLICY;
    if (ends_in(name, ".ini") || ends_in(name, ".conf"))
        return INSPECT_INI;
    if (ends_in(name, "/mta-sts.txt") || strcmp(name, "mta-sts.txt") == 0)
        return INSPECT_POLICY;
    if (lint_is_pem(bytes, length) || tlsreport_is(bytes, length))
        return INSPECT_POLICY; /* whose one finding quotes nothing */
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t line = end != NULL ? (size_t)(end - bytes) : length;
        if (guess_line(&kind, bytes, line))
            break;
        bytes += line + (end != NULL);
        length -= line + (end != NULL);
    }
    return kind;
}

/* Receives lint's findings. */
struct sink {
    struct findings *all;
    const char *where;
    unsigned line;    /* in place of the finding's; 0: the finding's */
    const char *only; /* the one rule that counts; NULL: all */
    bool unquoted;    /* nothing of the file may be */
};

static void keep(void *context, const struct lint_finding *finding)
{
    const struct sink *sink = context;
    if (sink->only != NULL && strcmp(finding->rule->id, sink->only) != 0)
        return;
    struct finding found = finding->found;
    struct lint_unquoted texts;
    if (sink->unquoted)
        lint_unquote(&found, finding->rule, &texts);
    findings_copy(sink->all, &found, sink->where, sink->line);
}

/* Check P12: not a mistake, but worth a reminder. */
static const struct {
    const char *rule, *problem, *advice;
} reminders[] = {
    [POLICY_MODE_NONE] = {"mode-none", "mode none withdraws the policy",
                          "serve it until every max_age that was served before has passed"},
    [POLICY_MODE_TESTING] =
        {"mode-testing", "in mode testing, senders deliver even if a check fails, and report it",
         "write enforce once the reports have been clean for two weeks"},
    [POLICY_MODE_ENFORCE] = {NULL, NULL, NULL},
};

static struct finding reminder_of(enum policy_mode mode, const char *where, unsigned line)
{
    return (struct finding){.severity = SEVERITY_NOTE,
                            .rule = reminders[mode].rule,
                            .where = where,
                            .line = line,
                            .advice = reminders[mode].advice};
}

static void add_report(struct findings *all, const char *where)
{
    findings_add(all,
                 &(struct finding){.severity = SEVERITY_ERROR,
                                   .rule = "tls-report",
                                   .where = where,
                                   .advice = "read it with mta-stsctl tlsrpt FILE"},
                 "this is no policy but a TLS report (RFC 8460)");
}

void inspect_policy(struct findings *all, const struct inspect_text *text)
{
    struct sink sink = {.all = all, .where = text->name, .unquoted = text->unquoted != NULL};
    struct policytext parsed;
    if (tlsreport_is(text->bytes, text->length)) {
        add_report(all, text->name);
        return;
    }
    if (text->length > POLICY_MAX_BYTES) {
        (void)lint_policy_size(text->length, keep, &sink);
        return;
    }
    if (text->unquoted != NULL)
        findings_add(all,
                     &(struct finding){.severity = SEVERITY_NOTE,
                                       .rule = "unquoted",
                                       .where = text->name,
                                       .advice = "run this as the owner of the file"},
                     "%s", text->unquoted);
    (void)lint_policy_text_of(text->domain, text->bytes, text->length, keep, &sink);
    if (policytext_read(&parsed, text->bytes, text->length, NULL) == 0 &&
        reminders[parsed.policy.mode].rule != NULL) {
        struct finding note = reminder_of(parsed.policy.mode, text->name, 0);
        findings_add(all, &note, "%s", reminders[parsed.policy.mode].problem);
    }
    policytext_free(&parsed);
}

/* What is not of lint's table has one rule. */
static const char *rule_of(const struct finding *found)
{
    bool is_config = found->rule == NULL || strcmp(found->rule, CONFIG_RULE_DNS) == 0 ||
                     strcmp(found->rule, CONFIG_RULE_TLSRPT) == 0 ||
                     strcmp(found->rule, CONFIG_RULE_WATCH) == 0;
    return is_config ? "config" : found->rule;
}

/* What the daemon serves on with a warning is an error here. */
static void add_found(struct findings *all, const struct finding *found)
{
    struct finding finding = *found;
    if (lint_rule_is_served(found->rule))
        finding.severity = SEVERITY_ERROR;
    finding.rule = rule_of(found);
    findings_copy(all, &finding, found->where, 0);
}

static bool is_same_file(const char *one, const char *other)
{
    struct stat a;
    struct stat b;
    if (strcmp(one, other) == 0)
        return true;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* Caches the last answer, as many findings in a row are in one file. */
struct filter {
    const char *only;   /* NULL: everything counts */
    const char *within; /* not NULL: what only names counts, too, but not this, nor its includes */
    const char *last;
    bool last_counts;
};

static bool counts(struct filter *filter, const char *file)
{
    if (filter->only == NULL)
        return true;
    if (filter->last != file) {
        filter->last = file;
        filter->last_counts =
            is_same_file(filter->only, file) || (filter->within != NULL && !ends_in(file, ".ini") &&
                                                 !is_same_file(filter->within, file));
    }
    return filter->last_counts;
}

/* What the daemon does not say: wildcards over a domain itself, and modes that are to end. */
static void add_domains(struct findings *all, const struct config *config, struct filter *filter)
{
    struct {
        size_t count;
        const struct config_domain *first;
    } modes[COUNT(reminders)] = {{0, NULL}};
    for (size_t i = 0; i < config->domain_count; i++) {
        const struct config_domain *domain = &config->domains[i];
        struct policytext text;
        if (domain->broken || !counts(filter, domain->file))
            continue;
        struct sink sink = {all, domain->file, domain->line, "mx-own-wildcard", false};
        (void)lint_policy_text_of(domain->name, domain->policy->bytes, domain->policy->length, keep,
                                  &sink);
        if (policytext_read(&text, domain->policy->bytes, domain->policy->length, NULL) == 0 &&
            modes[text.policy.mode].count++ == 0)
            modes[text.policy.mode].first = domain;
        policytext_free(&text);
    }
    for (size_t mode = 0; mode < COUNT(reminders); mode++) {
        const struct config_domain *first = modes[mode].first;
        if (first == NULL || reminders[mode].rule == NULL)
            continue;
        struct finding note = reminder_of((enum policy_mode)mode, first->file, first->line);
        size_t others = modes[mode].count - 1;
        if (others == 0)
            findings_add(all, &note, "%s: %s", reminders[mode].problem, first->name);
        else
            findings_add(all, &note, "%s: %s, and %zu more", reminders[mode].problem, first->name,
                         others);
    }
}

/* Records with these addresses would be of use within a network only. */
static void add_addresses(struct findings *all, const struct config_dns *dns, struct filter *filter)
{
    const char *file = dns->host_place.file;
    for (size_t i = 0; i < dns->address_count && counts(filter, file); i++) {
        const char *scope = network_address_scope(&dns->addresses[i]);
        char text[NETWORK_TEXT_MAX];
        if (scope == NULL)
            continue;
        network_address_text(&dns->addresses[i], text);
        findings_add(all,
                     &(struct finding){.severity = SEVERITY_NOTE,
                                       .rule = "config",
                                       .where = file,
                                       .line = dns->host_place.line,
                                       .advice = "write the public one"},
                     "address: %s is %s address, which senders on the Internet cannot reach", text,
                     scope);
    }
}

static void add_all(struct findings *all, const struct config *config, const struct findings *said,
                    struct filter filter)
{
    for (size_t i = 0; i < said->count; i++)
        if (counts(&filter, said->items[i].where))
            add_found(all, &said->items[i]);
    if (config != NULL)
        add_addresses(all, &config->dns, &filter);
    if (config != NULL)
        add_domains(all, config, &filter);
    all->out_of_memory = all->out_of_memory || said->out_of_memory;
}

static bool is_among(const char *path, const char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_same_file(path, paths[i]))
            return true;
    return false;
}

static bool is_read_by(const struct config *config, const struct findings *said, const char *path)
{
    const struct filelist *files = config != NULL ? config->files : NULL;
    bool found = files != NULL && is_among(path, files->paths, files->count);
    for (size_t i = 0; files != NULL && i < files->run_count && !found; i++)
        found = is_among(path, files->runs[i]->paths, files->runs[i]->count);
    for (size_t i = 0; config == NULL && i < said->count && !found; i++)
        found = is_same_file(path, said->items[i].where);
    return found;
}

int inspect_ini(struct findings *all, const char *path, const char *within, struct error *why)
{
    struct findings said = {0};
    struct config *config = NULL;
    int result = 0;
    const struct config_source source = {.path = within != NULL ? within : path};
    (void)config_load(&config, &source, &said);
    if (within != NULL && !is_read_by(config, &said, path))
        result = error_set(why, "%s %s %s; give the configuration that includes it", within,
                           config != NULL ? "does not read" : "is refused before it reads", path);
    else
        add_all(all, config, &said, (struct filter){.only = within != NULL ? path : NULL});
    config_free(config);
    findings_free(&said);
    return result;
}

/* Whether a line opens [server], which the main file has and an include may not have. */
static bool has_server(const char *bytes, size_t length)
{
    static const char header[] = "[server]";
    const char *end = bytes + length;
    for (const char *line = bytes; line != NULL && line < end;) {
        while (line < end && (*line == ' ' || *line == '\t'))
            line++;
        if ((size_t)(end - line) >= strlen(header) && memcmp(line, header, strlen(header)) == 0)
            return true;
        const char *next = memchr(line, '\n', (size_t)(end - line));
        line = next != NULL ? next + 1 : NULL;
    }
    return false;
}

void inspect_part(struct findings *all, const char *path, const char *bytes, size_t length)
{
    static const char above[] = "/../mta-stsd.ini";
    char main_path[PATH_MAX] = SETUP_CONFIG;
    char advice[PATH_MAX + 64];
    const char *slash = strrchr(path, '/');
    const char *directory = slash != NULL ? path : ".";
    int used = slash != NULL ? (int)(slash - path) : 1;
    if (has_server(bytes, length))
        return;
    if (used < PATH_MAX - (int)sizeof(above))
        snprintf(main_path, sizeof(main_path), "%.*s%s", used, directory, above);
    char *found = realpath(main_path, NULL);
    snprintf(advice, sizeof(advice), "give the main file as well: -c %s",
             found != NULL ? found : SETUP_CONFIG);
    free(found);
    findings_add(
        all,
        &(struct finding){
            .severity = SEVERITY_NOTE, .rule = "ini-alone", .where = path, .advice = advice},
        "this file has no [server], so another one includes it, whose [defaults] and "
        "templates are not known here");
}

int inspect_list(struct findings *all, const char *name, const char *bytes, size_t length,
                 const char *within, struct error *why)
{
    struct config_list list = {.name = name, .bytes = bytes, .length = length};
    const struct config_source source = {
        .path = within,
        .scope = within == NULL ? CONFIG_SCOPE_LIST : CONFIG_SCOPE_ALL,
        .list = &list,
    };
    struct findings said = {0};
    struct config *config = NULL;
    int result = 0;
    if (config_load(&config, &source, &said) != 0 && within != NULL)
        result = error_set(why, "%s is refused itself; lint that first", within);
    if (result == 0)
        add_all(all, config, &said, (struct filter){.only = name, .within = within});
    if (within == NULL)
        findings_add(all,
                     &(struct finding){.severity = SEVERITY_NOTE,
                                       .rule = "list-alone",
                                       .where = name,
                                       .advice = "give the configuration that reads it with -c"},
                     "only the lines themselves are judged, not the policies that they name");
    config_free(config);
    findings_free(&said);
    return result;
}
