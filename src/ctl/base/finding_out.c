/* SPDX-License-Identifier: ISC */
/* finding_out: writes findings, in columns or as JSON. */
#include "ctl/base/finding_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base/print.h"

#define COLUMNS 4

static enum print_tone tone_of(enum severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR:
        return PRINT_ERROR;
    case SEVERITY_WARNING:
        return PRINT_WARNING;
    case SEVERITY_NOTE:
    case SEVERITY_FIXABLE:
    case SEVERITY_FIXED:
        break;
    }
    return PRINT_PLAIN;
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
        result = print_table_add(table, tone_of(finding->severity),
                                 (const char *[COLUMNS]){place, severity_name(finding->severity),
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
                     "rule", finding->rule, "severity", severity_name(finding->severity), "problem",
                     finding->problem, "sender", finding->sender, "advice", finding->advice);
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
