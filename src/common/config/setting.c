/* SPDX-License-Identifier: ISC */
/* setting: one key of [server], [acme], [dns], [tlsrpt] or [watch], and how a value is read into
 * the config. */
#include "common/config/setting.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/config/iniline.h"
#include "common/config/pattern.h"

void *setting_field(const struct setting_line *line)
{
    return (char *)line->draft->config + line->row->offset;
}

int setting_number(const struct setting_line *line, struct error *why)
{
    const struct setting *row = line->row;
    unsigned *field = setting_field(line);
    size_t digits = strspn(line->value, "0123456789");
    unsigned long value = digits <= 10 ? strtoul(line->value, NULL, 10) : ULONG_MAX;

    if (digits == 0 || line->value[digits] != '\0')
        return error_set(why, "\"%.100s\" is not a number; write %u to %u in plain digits",
                         line->value, row->least, row->most);
    if (value < row->least || value > row->most)
        return error_set(why, "%.100s is out of range; write %u to %u", line->value, row->least,
                         row->most);
    *field = (unsigned)value;
    return 0;
}

int setting_path(const struct setting_line *line, struct error *why)
{
    struct draft *draft = line->draft;
    const char **field = setting_field(line);
    (void)why;
    char *path = pattern_absolute(&draft->config->arena, draft->directory, line->value, false);
    draft->out_of_memory = draft->out_of_memory || path == NULL;
    *field = path;
    return 0;
}

int setting_program(const struct setting_line *line, struct error *why)
{
    const char **field = setting_field(line);
    if (strchr(line->value, '/') != NULL)
        return setting_path(line, why);
    *field = draft_text(line->draft, line->value);
    return 0;
}

/* Whoever writes words behind the program expects a shell, which does not run. */
int setting_command(const struct setting_line *line, struct error *why)
{
    if (strpbrk(line->value, " \t") != NULL)
        return error_set(why,
                         "\"%.200s\" is more than the name of a program; write its path alone, and "
                         "put arguments into a script",
                         line->value);
    return setting_program(line, why);
}

int setting_each(const struct setting_line *line, setting_take *take, struct error *why)
{
    char item[INILINE_MAX + 1];
    const char *rest = line->value;
    for (;;) {
        rest += strspn(rest, " \t");
        size_t length = strcspn(rest, ",");
        const char *next = rest + length;
        while (length > 0 && (rest[length - 1] == ' ' || rest[length - 1] == '\t'))
            length--;
        if (length == 0 || length >= sizeof(item))
            return error_set(why, "an item is missing beside a comma; write items as in a, b");
        memcpy(item, rest, length);
        item[length] = '\0';
        if (take(line, item, why) != 0)
            return -1;
        if (*next == '\0')
            return 0;
        rest = next + 1;
    }
}

void setting_append_text(const struct setting_line *line, const char ***items, size_t *count,
                         const char *text)
{
    struct draft *draft = line->draft;
    const char *copy = draft_text(draft, text);
    const char **grown = draft_grow(draft, &draft->config->arena, *items, *count, sizeof(**items));
    if (copy == NULL || grown == NULL)
        return;
    grown[(*count)++] = copy;
    *items = grown;
}

int setting_check_prefix(const char *text, const char *prefix, struct error *why)
{
    if (strncasecmp(text, prefix, strlen(prefix)) == 0 && text[strlen(prefix)] != '\0' &&
        strpbrk(text, " \t") == NULL)
        return 0;
    return error_set(why,
                     "\"%.200s\" is not an address of this kind; write one that begins with %s",
                     text, prefix);
}
