/* SPDX-License-Identifier: ISC */
/* settings: the keys of [server], [acme], [dns], [tlsrpt] and [watch], one row of a table each. */
#include "common/config/settings.h"

#include <stdio.h>
#include <string.h>

#include "common/config/keyword.h"
#include "common/config/setacme.h"
#include "common/config/setdns.h"
#include "common/config/setserver.h"
#include "common/config/settlsrpt.h"
#include "common/config/setwatch.h"

#define KEYS_TEXT_MAX 600 /* bytes that hold the keys of one section, named in a sentence */

static const struct {
    const char *title;
    const struct setting *rows;
    const char *rule; /* of errors that refuse nothing; NULL: an error refuses all */
} tables[] = {
    [SETTINGS_SERVER] = {"[server]", setserver_rows, NULL},
    [SETTINGS_ACME] = {"[acme]", setacme_rows, NULL},
    [SETTINGS_DNS] = {"[dns]", setdns_rows, CONFIG_RULE_DNS},
    [SETTINGS_TLSRPT] = {"[tlsrpt]", settlsrpt_rows, CONFIG_RULE_TLSRPT},
    [SETTINGS_WATCH] = {"[watch]", setwatch_rows, CONFIG_RULE_WATCH},
};

bool settings_are_harmless(enum settings_section section)
{
    return tables[section].rule != NULL;
}

void settings_refuse(struct draft *draft, enum settings_section section, struct config_place place,
                     const char *sentence)
{
    const struct finding error = {.severity = SEVERITY_ERROR,
                                  .rule = tables[section].rule,
                                  .where = place.file,
                                  .line = place.line};
    findings_add(draft->said, &error, "%s", sentence);
    draft->refused = draft->refused || !settings_are_harmless(section);
}

/* "a, b or c" */
static void list_keys(const struct setting *rows, char out[KEYS_TEXT_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; rows[i].key != NULL && used < KEYS_TEXT_MAX; i++) {
        const char *separator = i == 0 ? "" : rows[i + 1].key == NULL ? " or " : ", ";
        used += (size_t)snprintf(out + used, KEYS_TEXT_MAX - used, "%s%s", separator, rows[i].key);
    }
}

static int refuse_key(enum settings_section section, const char *key, struct error *why)
{
    char keys[KEYS_TEXT_MAX];
    struct keyword search = {.word = key};
    for (const struct setting *row = tables[section].rows; row->key != NULL; row++)
        keyword_consider(&search, row->key);
    if (search.best != NULL)
        return error_set(why, "unknown key \"%.60s\" in %s; did you mean %s?", key,
                         tables[section].title, search.best);
    list_keys(tables[section].rows, keys);
    return error_set(why, "unknown key \"%.60s\" in %s; write %s", key, tables[section].title,
                     keys);
}

/* Takes the line, or says why not in *why. */
static int take_line(enum settings_section section, struct settings_seen *seen, const char *key,
                     struct setting_line *line, struct error *why)
{
    const struct setting *rows = tables[section].rows;
    size_t index = 0;
    while (rows[index].key != NULL && strcmp(rows[index].key, key) != 0)
        index++;
    if (rows[index].key == NULL || index >= SETTINGS_KEYS_MAX)
        return refuse_key(section, key, why);

    if (seen->lines[index] != 0 && !rows[index].repeats)
        return error_set(why, "%s is already set at line %u; write it once", key,
                         seen->lines[index]);
    if (seen->lines[index] == 0)
        seen->lines[index] = line->place.line;

    struct error reason;
    line->row = &rows[index];
    if (line->row->read(line, &reason) != 0)
        return error_set(why, "%s: %s", key, reason.text);
    return 0;
}

void settings_set(struct draft *draft, enum settings_section section, struct settings_seen *seen,
                  struct config_place place, const char *key, const char *value)
{
    struct error why;
    struct setting_line line = {.draft = draft, .place = place, .value = value};
    if (take_line(section, seen, key, &line, &why) != 0)
        settings_refuse(draft, section, place, why.text);
}

static unsigned line_of(const struct setting *rows, const struct settings_seen *seen,
                        const char *key)
{
    for (size_t i = 0; rows[i].key != NULL; i++) {
        if (strcmp(rows[i].key, key) == 0)
            return seen->lines[i];
    }
    return 0;
}

void settings_finish(struct draft *draft, enum settings_section section,
                     const struct settings_seen *seen, struct config_place place)
{
    const struct setting *rows = tables[section].rows;
    struct error why;

    if (section == SETTINGS_ACME && line_of(rows, seen, "accept_terms") == 0)
        findings_say(draft->said, SEVERITY_WARNING, place.file, place.line,
                     "[acme] has no accept_terms, so no CA is asked for anything; write "
                     "`accept_terms = yes` once you have read the CA's terms");
    if (section != SETTINGS_DNS)
        return;
    unsigned address = line_of(rows, seen, "address");
    unsigned cname = line_of(rows, seen, "cname");
    if (address == 0 || cname == 0)
        return;
    error_set(&why,
              "cname, but an address is set at line %u; a name in DNS has one or the other, so "
              "write one of the two",
              address);
    place.line = cname;
    settings_refuse(draft, section, place, why.text);
    draft->config->dns.cname = NULL;
}

void settings_begin(struct draft *draft)
{
    setserver_begin(&draft->config->server);
    setacme_begin(&draft->config->acme);
    setwatch_begin(&draft->config->watch);
}

void settings_end(struct draft *draft)
{
    setserver_end(draft);
}
