/* SPDX-License-Identifier: ISC */
/* wrap: breaks a text into lines that fit the terminal. */
#include "ctl/base/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST_COLUMNS = 80, MOST_COLUMNS = 10000 };

size_t wrap_width(int fd)
{
    struct winsize size = {0};
    if (isatty(fd) != 1)
        return 0;
    const char *named = getenv("COLUMNS");
    long columns = named != NULL ? strtol(named, NULL, 10) : 0;
    if ((columns <= 0 || columns > MOST_COLUMNS) && ioctl(fd, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns > LEAST_COLUMNS && columns <= MOST_COLUMNS ? (size_t)columns : LEAST_COLUMNS;
}

static size_t count_columns(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80; /* not a byte within a code point */
    return count;
}

size_t wrap_columns(const char *text)
{
    return count_columns(text, strlen(text));
}

size_t wrap_write(FILE *out, const char *text, size_t at, size_t indent, size_t width)
{
    bool is_first = true;
    if (width == 0) {
        fputs(text, out);
        return at + wrap_columns(text);
    }
    for (; *text != '\0'; text += strspn(text, " ")) {
        size_t length = is_first ? strspn(text, " ") : 0; /* blanks before the first word stay */
        length += strcspn(text + length, " ");
        size_t columns = count_columns(text, length);
        if (!is_first && at + 1 + columns > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!is_first) {
            putc(' ', out);
            at++;
        }
        fwrite(text, 1, length, out);
        at += columns;
        text += length;
        is_first = false;
    }
    return at;
}
