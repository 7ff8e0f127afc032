/* SPDX-License-Identifier: ISC */
/* wrap: breaks a text into lines that fit the terminal. */
#ifndef CTL_BASE_WRAP_H
#define CTL_BASE_WRAP_H

#include <stddef.h>
#include <stdio.h>

/* How many columns the terminal has on which fd is open, 80 at least: as COLUMNS in the environment
 * says, or else the terminal. 0: fd is not a terminal, and lines are not broken. */
size_t wrap_width(int fd);

/* How many columns the UTF-8 text takes, one for each code point. */
size_t wrap_columns(const char *text);

/* Writes the text from column `at` of a line on, without a line end. Where it would reach beyond
 * the width, it is broken at blanks, and each further line begins at column `indent`. A longer
 * word gets its own line. Width 0: nothing is broken. Returns the column in which it ends. */
size_t wrap_write(FILE *out, const char *text, size_t at, size_t indent, size_t width);

#endif
