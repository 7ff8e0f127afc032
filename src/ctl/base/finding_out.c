/* SPDX-License-Identifier: ISC */
/* finding_out: writes findings, in columns or to a writer. */
#include "ctl/base/finding_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
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

static void add_row(struct print_table *table, const struct finding *finding)
{
    char *place = NULL;
    char *sentence = finding_sentence(finding);
    if (finding->line == 0)
        place = strdup(finding->where);
    else if (asprintf(&place, "%s:%u", finding->where, finding->line) < 0)
        place = NULL;
    if (place != NULL && sentence != NULL)
        print_table_add(table, tone_of(finding->severity),
                        (const char *[COLUMNS]){place, severity_name(finding->severity),
                                                finding->rule, sentence});
    else
        table->failed = true;
    free(place);
    free(sentence);
}

int findings_write(const struct findings *all)
{
    struct print_table table = {.columns = COLUMNS};
    for (size_t i = 0; i < all->count; i++)
        add_row(&table, &all->items[i]);
    return print_table_finish(&table);
}

int findings_write_lines(const struct findings *all, FILE *out)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct finding *finding = &all->items[i];
        char *sentence = finding_sentence(finding);
        if (sentence == NULL)
            return -1;
        char line[16] = "";
        if (finding->line != 0)
            snprintf(line, sizeof(line), "%u:", finding->line);
        printable_say(out, "%s:%s %s: %s: %s", finding->where, line,
                      severity_name(finding->severity), finding->rule, sentence);
        free(sentence);
    }
    return 0;
}

void findings_put(const struct findings *all, struct writer *writer)
{
    writer_list(writer, "findings");
    for (size_t i = 0; i < all->count; i++) {
        const struct finding *finding = &all->items[i];
        writer_start(writer, NULL);
        writer_text(writer, "where", finding->where);
        if (finding->line != 0)
            writer_number(writer, "line", finding->line);
        else
            writer_null(writer, "line");
        writer_text(writer, "rule", finding->rule);
        writer_text(writer, "severity", severity_name(finding->severity));
        writer_text(writer, "problem", finding->problem);
        writer_text(writer, "sender", finding->sender);
        writer_text(writer, "advice", finding->advice);
        writer_end(writer);
    }
    writer_end(writer);
}

void findings_put_counts(size_t errors, size_t warnings, size_t notes, struct writer *writer)
{
    writer_number(writer, "errors", (int64_t)errors);
    writer_number(writer, "warnings", (int64_t)warnings);
    writer_number(writer, "notes", (int64_t)notes);
}
