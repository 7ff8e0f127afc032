/* SPDX-License-Identifier: ISC */
/* print: writes tables and lines to stdout, with colour on a terminal. */
#ifndef CTL_BASE_PRINT_H
#define CTL_BASE_PRINT_H

#include <stddef.h>

#define PRINT_COLUMNS_MAX 8

enum print_tone {
    PRINT_PLAIN,
    PRINT_WARNING,
    PRINT_ERROR,
};

struct print_row;

/* {0} with its columns set is valid and empty. */
struct print_table {
    size_t columns;
    struct print_row *rows;
    size_t count;
};

/* Copies the cells, of which there are as many as columns. Returns 0, or -1 when out of memory. */
int print_table_add(struct print_table *table, enum print_tone tone, const char *const cells[]);

/* Writes the rows to stdout, aligned, each in one line. On a terminal a row fits its width: columns
 * that do not fit begin a new line, and the last one is wrapped. The tone colours a row if stdout
 * is a terminal and NO_COLOR is not set. */
void print_table_write(const struct print_table *table);
void print_table_free(struct print_table *table);

/* Writes a line to stdout, with '?' for what cannot be shown; on a terminal it is wrapped. */
void print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
