/* SPDX-License-Identifier: ISC */
/* print: writes tables and lines to stdout, with colour on a terminal. */
#include "ctl/base/print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/printable.h"
#include "ctl/base/wrap.h"

enum { GAP = 2, INDENT = 4, TEXT_LEAST = 40 };

struct print_row {
    enum print_tone tone;
    char *cells[PRINT_COLUMNS_MAX];
};

void print_table_add(struct print_table *table, enum print_tone tone, const char *const cells[])
{
    struct print_row *rows = array_grow(table->rows, table->count, sizeof(*rows));
    table->failed = table->failed || rows == NULL;
    if (table->failed)
        return;
    table->rows = rows;
    struct print_row *row = &rows[table->count++];
    *row = (struct print_row){.tone = tone};
    for (size_t i = 0; i < table->columns; i++) {
        row->cells[i] = strdup(cells[i]);
        table->failed = table->failed || row->cells[i] == NULL;
        if (row->cells[i] != NULL)
            row->cells[i][printable_clean(row->cells[i], strlen(row->cells[i]))] = '\0';
    }
}

static bool wants_colour(void)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return (no_colour == NULL || no_colour[0] == '\0') && isatty(STDOUT_FILENO) &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static const char *colour_of(enum print_tone tone)
{
    switch (tone) {
    case PRINT_PLAIN:
        return "";
    case PRINT_WARNING:
        return "\033[33m";
    case PRINT_ERROR:
        return "\033[31m";
    }
    return "";
}

/* Where a column begins: on which line of its row, and how far to the right. */
struct place {
    size_t line;
    size_t column;
    size_t width; /* of its widest cell */
};

static size_t last_cell(const struct print_table *table, const struct print_row *row)
{
    size_t last = table->columns - 1;
    while (last > 0 && row->cells[last][0] == '\0')
        last--;
    return last;
}

static void write_row(const struct print_table *table, const struct print_row *row,
                      const struct place places[], size_t width, bool coloured)
{
    size_t line = 0;
    size_t at = 0;
    coloured = coloured && row->tone != PRINT_PLAIN;
    fputs(coloured ? colour_of(row->tone) : "", stdout);
    for (size_t i = 0; i <= last_cell(table, row); i++) {
        const struct place *place = &places[i];
        if (row->cells[i][0] == '\0')
            continue;
        for (; line < place->line; line++, at = 0)
            putchar('\n');
        printf("%*s", at < place->column ? (int)(place->column - at) : 0, "");
        at = wrap_write(stdout, row->cells[i], place->column, place->column, width);
    }
    printf("%s\n", coloured ? "\033[0m" : "");
}

/* A column that would reach beyond the width begins a line; the last one is wrapped, and has at
 * least TEXT_LEAST columns for that. */
static void lay_out(const struct print_table *table, struct place places[], size_t width)
{
    size_t line = 0;
    size_t at = 0;
    for (size_t i = 0; i < table->columns; i++) {
        size_t least = places[i].width;
        if (i == table->columns - 1 && least > TEXT_LEAST)
            least = TEXT_LEAST;
        if (i > 0 && width > 0 && at + least > width) {
            line++;
            at = INDENT;
        }
        places[i].line = line;
        places[i].column = at;
        at += places[i].width + GAP;
    }
}

static void write_table(const struct print_table *table)
{
    struct place places[PRINT_COLUMNS_MAX] = {0};
    size_t width = wrap_width(STDOUT_FILENO);
    for (size_t i = 0; i < table->count; i++) {
        for (size_t column = 0; column < table->columns; column++) {
            size_t columns = wrap_columns(table->rows[i].cells[column]);
            if (columns > places[column].width)
                places[column].width = columns;
        }
    }
    lay_out(table, places, width);
    bool coloured = wants_colour();
    for (size_t i = 0; i < table->count; i++)
        write_row(table, &table->rows[i], places, width, coloured);
}

static void free_table(struct print_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t column = 0; column < table->columns; column++)
            free(table->rows[i].cells[column]);
    }
    free(table->rows);
    *table = (struct print_table){0};
}

int print_table_finish(struct print_table *table)
{
    int result = table->failed ? -1 : 0;
    if (result == 0)
        write_table(table);
    free_table(table);
    return result;
}

void print_line(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        puts("out of memory");
        return;
    }
    text[printable_clean(text, (size_t)length)] = '\0';
    wrap_write(stdout, text, 0, INDENT, wrap_width(STDOUT_FILENO));
    putchar('\n');
    free(text);
}
