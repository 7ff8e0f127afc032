/* SPDX-License-Identifier: ISC */
/* sections: reads the sections of an ini file: what each one is, and where it is allowed. */
#include "common/config/sections.h"

#include <string.h>
#include <strings.h>

#include "common/config/block.h"
#include "common/config/inifile.h"
#include "common/config/keyword.h"
#include "common/config/settings.h"
#include "common/name/hostname.h"

#define TITLE_SHOWN 80  /* bytes of a title in a sentence */
#define TITLE_KEPT  255 /* a longer one is none of our keywords anyway */

/* What the keys at hand belong to. */
enum place {
    PLACE_OUTSIDE,   /* before any section */
    PLACE_SETTINGS,  /* [server], [acme], [dns] */
    PLACE_BLOCK,     /* [defaults], [policy], a domain */
    PLACE_SWALLOWED, /* a section that was refused: its keys mean nothing */
};

struct reader {
    struct draft *draft;
    const char *file;
    bool is_include;
    enum place place;
    unsigned line; /* of the header */
    enum settings_section settings;
    struct settings_seen seen;
    struct draft_section section;
    unsigned defaults_line;
    unsigned settings_lines[5]; /* where each of settings_titles stands; 0: nowhere */
};

static const char *const settings_titles[] = {
    [SETTINGS_SERVER] = "server", [SETTINGS_ACME] = "acme",   [SETTINGS_DNS] = "dns",
    [SETTINGS_TLSRPT] = "tlsrpt", [SETTINGS_WATCH] = "watch",
};

static int status(const struct reader *reader)
{
    return reader->draft->out_of_memory || reader->draft->said->out_of_memory ? -1 : 0;
}

/* The section at hand has no more lines. */
static void close_section(struct reader *reader)
{
    struct draft *draft = reader->draft;
    struct draft_section *section = &reader->section;
    struct config_place header = {.file = reader->file, .line = reader->line};

    if (reader->place == PLACE_SETTINGS)
        settings_finish(draft, reader->settings, &reader->seen, header);
    if (reader->place != PLACE_BLOCK)
        return;
    block_finish(draft, section);
    switch (section->kind) {
    case DRAFT_DEFAULTS:
        draft->defaults = *section;
        break;
    case DRAFT_TEMPLATE:
        draft_keep(draft, &draft->templates, *section);
        break;
    case DRAFT_DOMAIN:
        draft_keep(draft, &draft->domains, *section);
        break;
    }
}

/* An error in the header of a section that is not opened. */
static void refuse_header(struct reader *reader, bool whole, const struct error *why)
{
    reader->place = PLACE_SWALLOWED;
    findings_say(reader->draft->said, SEVERITY_ERROR, reader->file, reader->line, "%s", why->text);
    reader->draft->refused = reader->draft->refused || whole;
}

/* Whether this section may stand here, and for the first time; why: if not. */
static bool may_stand(const struct reader *reader, const char *title, unsigned *first,
                      struct error *why)
{
    if (reader->is_include)
        error_set(why,
                  "[%s] is not allowed in an include, which holds domains and policies only; write "
                  "it in the main file",
                  title);
    else if (*first != 0)
        error_set(why, "[%s] is already at line %u; write its keys there", title, *first);
    else {
        *first = reader->line;
        return true;
    }
    return false;
}

/* What stands in a customer's include says nothing about that section of the main file. */
static void refuse_settings(struct reader *reader, enum settings_section section,
                            const struct error *why)
{
    const struct config_place header = {.file = reader->file, .line = reader->line};
    if (reader->is_include) {
        refuse_header(reader, !settings_are_harmless(section), why);
    } else {
        reader->place = PLACE_SWALLOWED;
        settings_refuse(reader->draft, section, header, why->text);
    }
}

static void open_settings(struct reader *reader, enum settings_section section, const char *broken)
{
    const struct config_place header = {.file = reader->file, .line = reader->line};
    struct error why;
    if (broken != NULL && !reader->is_include)
        settings_refuse(reader->draft, section, header, broken);
    if (!may_stand(reader, settings_titles[section], &reader->settings_lines[section], &why)) {
        refuse_settings(reader, section, &why);
        return;
    }
    reader->place = PLACE_SETTINGS;
    reader->settings = section;
    reader->seen = (struct settings_seen){0};
    if (section == SETTINGS_ACME)
        reader->draft->config->acme.present = true;
    if (section == SETTINGS_DNS)
        reader->draft->config->dns.present = true;
}

static void open_block(struct reader *reader, enum draft_kind kind, const char *name,
                       const char *broken)
{
    reader->place = PLACE_BLOCK;
    reader->section = (struct draft_section){
        .kind = kind, .line = reader->line, .name = name, .file = reader->file};
    if (broken != NULL)
        draft_break(reader->draft, &reader->section, reader->line, "%s", broken);
}

static void open_defaults(struct reader *reader, const char *broken)
{
    struct error why;
    if (may_stand(reader, "defaults", &reader->defaults_line, &why))
        open_block(reader, DRAFT_DEFAULTS, NULL, broken);
    else
        refuse_header(reader, true, &why);
}

static void open_template(struct reader *reader, const char *name, const char *broken)
{
    struct error why;
    while (*name == ' ' || *name == '\t')
        name++;
    bool fine = *name != '\0' && block_check_policy_name(name, &why) == 0;
    if (!fine) {
        if (broken != NULL)
            error_set(&why, "%s", broken);
        else if (*name == '\0')
            error_set(&why, "[policy] has no name; write one, as in [policy outlook]");
        refuse_header(reader, true, &why);
        return;
    }
    const char *kept = draft_scratch_text(reader->draft, name);
    if (kept != NULL)
        open_block(reader, DRAFT_TEMPLATE, kept, broken);
}

static void note_policy_host(const struct reader *reader, const char *domain)
{
    const char *rest = hostname_policy_domain(domain);
    if (rest == NULL || strchr(rest, '.') == NULL)
        return;
    findings_say(reader->draft->said, SEVERITY_WARNING, reader->file, reader->line,
                 "the section is for mail to addresses at %s; for those at %s write [%s]", domain,
                 rest, rest);
}

/* A title with a dot is a domain's: whatever is wrong with it harms that domain alone. */
static void open_domain(struct reader *reader, const char *title, size_t length, const char *broken)
{
    struct draft *draft = reader->draft;
    struct draft_section named = {.kind = DRAFT_DOMAIN};
    struct error why;
    bool fine = block_name_domain(draft, &named, title, length, &why) == 0 && broken == NULL;
    if (draft->out_of_memory)
        return;
    if (broken != NULL)
        error_set(&why, "%s", broken);
    if (named.name == NULL) {
        refuse_header(reader, false, &why);
        draft->unreadable_count++;
        return;
    }
    open_block(reader, DRAFT_DOMAIN, named.name, fine ? NULL : why.text);
    reader->section.guessed = named.guessed;
    if (fine) {
        note_policy_host(reader, named.name);
        return;
    }
    close_section(reader);
    reader->place = PLACE_SWALLOWED;
}

static void refuse_title(struct reader *reader, const char *title)
{
    static const char *const known[] = {"server", "defaults", "policy", "acme",
                                        "dns",    "tlsrpt",   "watch"};
    struct error why;
    struct keyword search = {.word = title};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        keyword_consider(&search, known[i]);
    if (search.best != NULL)
        error_set(&why, "unknown section [%.*s]; did you mean [%s]?", TITLE_SHOWN, title,
                  search.best);
    else
        error_set(&why,
                  "unknown section [%.*s]; write [server], [defaults], [policy NAME], [acme], "
                  "[dns], [tlsrpt], [watch], or a domain in full such as [example.com]",
                  TITLE_SHOWN, title);
    refuse_header(reader, true, &why);
}

/* A title without a NUL in it that is no domain's. */
static void open_keyword(struct reader *reader, const char *title, const char *broken)
{
    struct error why;
    for (size_t i = 0; i < sizeof(settings_titles) / sizeof(settings_titles[0]); i++) {
        if (strcmp(title, settings_titles[i]) == 0) {
            open_settings(reader, (enum settings_section)i, broken);
            return;
        }
    }
    if (strcmp(title, "defaults") == 0) {
        open_defaults(reader, broken);
    } else if (broken != NULL) {
        error_set(&why, "%s", broken);
        refuse_header(reader, true, &why);
    } else {
        refuse_title(reader, title);
    }
}

static bool is_policy(const char *title)
{
    size_t length = strlen("policy");
    return strncmp(title, "policy", length) == 0 &&
           (title[length] == ' ' || title[length] == '\t' || title[length] == '\0');
}

static int take_section(void *context, unsigned line, const char *title, size_t length,
                        const char *broken)
{
    struct reader *reader = context;
    char text[TITLE_KEPT + 1];
    size_t kept = length < TITLE_KEPT ? length : TITLE_KEPT;

    close_section(reader);
    reader->line = line;
    reader->place = PLACE_SWALLOWED;
    memcpy(text, title, kept);
    text[kept] = '\0';
    if (is_policy(text))
        open_template(reader, text + strlen("policy"), broken);
    else if (memchr(title, '.', length) != NULL)
        open_domain(reader, title, length, broken);
    else
        open_keyword(reader, text, broken);
    return status(reader);
}

static int take_pair(void *context, unsigned line, const char *key, const char *value)
{
    struct reader *reader = context;
    struct config_place place = {.file = reader->file, .line = line};
    switch (reader->place) {
    case PLACE_SETTINGS:
        settings_set(reader->draft, reader->settings, &reader->seen, place, key, value);
        break;
    case PLACE_BLOCK:
        block_set(reader->draft, &reader->section, line, key, value);
        break;
    case PLACE_OUTSIDE:
    case PLACE_SWALLOWED:
        break;
    }
    return status(reader);
}

static int take_broken(void *context, unsigned line, const char *sentence)
{
    struct reader *reader = context;
    struct draft *draft = reader->draft;
    switch (reader->place) {
    case PLACE_BLOCK:
        draft_break(draft, &reader->section, line, "%s", sentence);
        break;
    case PLACE_OUTSIDE:
        draft_refuse(draft, reader->file, line, "%s", sentence);
        break;
    case PLACE_SETTINGS:
        settings_refuse(draft, reader->settings,
                        (struct config_place){.file = reader->file, .line = line}, sentence);
        break;
    case PLACE_SWALLOWED:
        findings_say(draft->said, SEVERITY_ERROR, reader->file, line, "%s", sentence);
        break;
    }
    return status(reader);
}

void sections_read(struct draft *draft, const char *file, bool is_include, const char *bytes,
                   size_t length)
{
    static const struct inifile_events events = {
        .section = take_section,
        .pair = take_pair,
        .broken = take_broken,
    };
    struct error why;
    struct reader reader = {.draft = draft, .file = file, .is_include = is_include};
    if (inifile_read(bytes, length, &events, &reader, &why) == 0) {
        close_section(&reader);
    } else if (status(&reader) == 0) {
        findings_note_cause(draft->said, why.cause);
        draft_refuse(draft, file, 0, "%s", why.text);
    }
}
