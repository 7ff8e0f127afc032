/* SPDX-License-Identifier: ISC */
/* print: columns, colour where a terminal wants it, and JSON. */
#include "ctl/base/print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/printable.h"

struct print_row {
    enum print_tone tone;
    char *cells[PRINT_COLUMNS_MAX];
};

int print_table_add(struct print_table *table, enum print_tone tone, const char *const cells[])
{
    struct print_row *rows = array_grow(table->rows, table->count, sizeof(*rows));
    if (rows == NULL)
        return -1;
    table->rows = rows;
    struct print_row *row = &rows[table->count++];
    *row = (struct print_row){.tone = tone};
    for (size_t i = 0; i < table->columns; i++) {
        row->cells[i] = strdup(cells[i]);
        if (row->cells[i] == NULL)
            return -1;
        row->cells[i][printable_clean(row->cells[i], strlen(row->cells[i]))] = '\0';
    }
    return 0;
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

static void write_row(const struct print_table *table, const struct print_row *row,
                      const int widths[], bool coloured)
{
    coloured = coloured && row->tone != PRINT_PLAIN;
    fputs(coloured ? colour_of(row->tone) : "", stdout);
    size_t last = table->columns - 1;
    while (last > 0 && row->cells[last][0] == '\0')
        last--;
    for (size_t i = 0; i < last; i++)
        printf("%-*s  ", widths[i], row->cells[i]);
    printf("%s%s\n", row->cells[last], coloured ? "\033[0m" : "");
}

void print_table_write(const struct print_table *table)
{
    int widths[PRINT_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->count; i++) {
        for (size_t column = 0; column < table->columns; column++) {
            int width = (int)strlen(table->rows[i].cells[column]);
            if (width > widths[column])
                widths[column] = width;
        }
    }
    bool coloured = wants_colour();
    for (size_t i = 0; i < table->count; i++)
        write_row(table, &table->rows[i], widths, coloured);
}

void print_table_free(struct print_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t column = 0; column < table->columns; column++)
            free(table->rows[i].cells[column]);
    }
    free(table->rows);
    *table = (struct print_table){0};
}

int print_json(json_t *value)
{
    if (value == NULL)
        return -1;
    int result = json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(value);
    return result == 0 && fflush(stdout) == 0 ? 0 : -1;
}

json_t *print_text_json(const char *text)
{
    size_t length = strlen(text);
    char *fit = malloc(length + 1);
    if (fit == NULL)
        return NULL;
    printable_copy(fit, text, length);
    json_t *out = json_string(fit);
    free(fit);
    return out;
}

json_t *print_path_json(const char *text)
{
    json_t *out = json_string(text);
    return out != NULL ? out : print_text_json(text);
}
