/* SPDX-License-Identifier: ISC */
/* finding: what a verb has found: where, by which rule, how bad it is, whom it breaks and what to
 * write instead; gathered, then written in columns or as JSON. */
#include "ctl/base/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/base/print.h"

#define COLUMNS 4

static struct finding *grow(struct findings *all)
{
    if (all->count == all->room) {
        size_t room = all->room == 0 ? 16 : all->room * 2;
        struct finding *items = reallocarray(all->items, room, sizeof(*items));
        if (items == NULL)
            return NULL;
        all->items = items;
        all->room = room;
    }
    return &all->items[all->count];
}

/* A copy in *out; NULL stays NULL. */
static bool keep(struct findings *all, const char **out, const char *text)
{
    *out = NULL;
    if (text == NULL)
        return true;
    size_t length = strlen(text);
    char *copy = arena_alloc(&all->texts, length + 1);
    if (copy != NULL)
        printable_copy(copy, text, length);
    *out = copy;
    return copy != NULL;
}

void findings_add(struct findings *all, const struct finding *finding, const char *format, ...)
{
    char *problem = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&problem, format, arguments) < 0)
        problem = NULL;
    va_end(arguments);

    struct finding kept = *finding;
    struct finding *item = problem != NULL ? grow(all) : NULL;
    bool whole = item != NULL && keep(all, &kept.where, finding->where) &&
                 keep(all, &kept.problem, problem) && keep(all, &kept.sender, finding->sender) &&
                 keep(all, &kept.advice, finding->advice);
    free(problem);
    if (!whole) {
        all->out_of_memory = true;
        all->errors++;
        return;
    }
    *item = kept;
    all->count++;
    all->errors += kept.severity == FINDING_ERROR;
    all->warnings += kept.severity == FINDING_WARNING;
    all->notes += kept.severity == FINDING_NOTE;
}

void findings_free(struct findings *all)
{
    free(all->items);
    arena_free(&all->texts);
    *all = (struct findings){0};
}

const char *finding_severity_name(enum finding_severity severity)
{
    switch (severity) {
    case FINDING_ERROR:
        return "error";
    case FINDING_WARNING:
        return "warning";
    case FINDING_NOTE:
        return "note";
    case FINDING_FIXABLE:
        return "fixable";
    case FINDING_FIXED:
        return "fixed";
    }
    return "";
}

static enum print_tone tone_of(enum finding_severity severity)
{
    switch (severity) {
    case FINDING_ERROR:
        return PRINT_ERROR;
    case FINDING_WARNING:
        return PRINT_WARNING;
    case FINDING_NOTE:
    case FINDING_FIXABLE:
    case FINDING_FIXED:
        break;
    }
    return PRINT_PLAIN;
}

char *finding_sentence(const struct finding *finding)
{
    bool refuses = finding->severity == FINDING_ERROR;
    const char *sender = finding->sender;
    const char *advice = finding->advice;
    char *out = NULL;
    if (asprintf(&out, "%s%s%s%s%s%s", finding->problem,
                 sender == NULL ? ""
                 : refuses      ? " (breaks "
                                : " (troubles ",
                 sender != NULL ? sender : "", sender != NULL ? ")" : "",
                 advice != NULL ? "; " : "", advice != NULL ? advice : "") < 0)
        return NULL;
    return out;
}

static int add_row(struct print_table *table, const struct finding *finding)
{
    int result = -1;
    char *place = NULL;
    char *sentence = finding_sentence(finding);
    if (finding->line == 0)
        place = strdup(finding->where);
    else if (asprintf(&place, "%s:%u", finding->where, finding->line) < 0)
        place = NULL;
    if (place != NULL && sentence != NULL)
        result =
            print_table_add(table, tone_of(finding->severity),
                            (const char *[COLUMNS]){place, finding_severity_name(finding->severity),
                                                    finding->rule, sentence});
    free(place);
    free(sentence);
    return result;
}

int findings_write(const struct findings *all)
{
    struct print_table table = {.columns = COLUMNS};
    int result = 0;
    for (size_t i = 0; i < all->count && result == 0; i++)
        result = add_row(&table, &all->items[i]);
    if (result == 0)
        print_table_write(&table);
    print_table_free(&table);
    return result;
}

json_t *finding_json(const struct finding *finding)
{
    json_t *line = finding->line != 0 ? json_integer((json_int_t)finding->line) : json_null();
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s?, s:s?}", "where", finding->where, "line", line,
                     "rule", finding->rule, "severity", finding_severity_name(finding->severity),
                     "problem", finding->problem, "sender", finding->sender, "advice",
                     finding->advice);
}

json_t *findings_json(const struct findings *all)
{
    json_t *list = json_array();
    for (size_t i = 0; i < all->count && list != NULL; i++) {
        if (json_array_append_new(list, finding_json(&all->items[i])) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}
