/* SPDX-License-Identifier: ISC */
/* setting: one key of [server], [acme], [dns], [tlsrpt] or [watch], and how a value is read into
 * the config. */
#ifndef COMMON_CONFIG_SETTING_H
#define COMMON_CONFIG_SETTING_H

#include "common/config/draft.h"

struct setting;

/* A line of such a section. */
struct setting_line {
    struct draft *draft;
    const struct setting *row;
    struct config_place place;
    const char *value;
};

/* 0, or -1 with why; a draft that is out of memory says so itself. */
typedef int setting_read(const struct setting_line *line, struct error *why);
typedef int setting_take(const struct setting_line *line, const char *item, struct error *why);

/* A row of the tables of keys, which end with a key of NULL. */
struct setting {
    const char *key;
    bool repeats;
    setting_read *read;
    size_t offset;        /* in struct config, where read needs to be told the field */
    unsigned least, most; /* of a number */
};

/* The field of the config that the row names. */
void *setting_field(const struct setting_line *line);

/* Reads an unsigned within least and most. */
setting_read setting_number;

/* Reads a path, relative to the ini; a program, that or a name to look for in PATH; or a program
 * that is run as it is, without arguments of the configuration and without a shell. */
setting_read setting_path, setting_program, setting_command;

/* Gives each item of "a, b, c" to take. */
int setting_each(const struct setting_line *line, setting_take *take, struct error *why);

/* Appends a text that lives as long as the config to a list of such. */
void setting_append_text(const struct setting_line *line, const char ***items, size_t *count,
                         const char *text);

/* Refuses a text that does not begin with the prefix in any letter case, or has nothing behind it.
 */
int setting_check_prefix(const char *text, const char *prefix, struct error *why);

#endif
