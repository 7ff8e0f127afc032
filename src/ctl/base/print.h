/* SPDX-License-Identifier: ISC */
/* print: writes tables and lines to stdout, with colour on a terminal. */
#ifndef CTL_BASE_PRINT_H
#define CTL_BASE_PRINT_H

#include <stdbool.h>
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
    bool failed; /* out of memory */
};

/* Copies the cells, of which there are as many as columns. Out of memory, the table is failed. */
void print_table_add(struct print_table *table, enum print_tone tone, const char *const cells[]);

/* Writes the rows to stdout, aligned, each in one line, and frees them. On a terminal a row fits
 * its width: columns that do not fit begin a new line, and the last one is wrapped. The tone
 * colours a row if stdout is a terminal and NO_COLOR is not set. Returns 0, or -1 if the table has
 * failed. */
int print_table_finish(struct print_table *table);

/* Writes a line to stdout, with '?' for what cannot be shown; on a terminal it is wrapped. */
void print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
