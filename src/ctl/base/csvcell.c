/* SPDX-License-Identifier: ISC */
/* csvcell: writes one cell of a table in CSV (RFC 4180). */
#include "ctl/base/csvcell.h"

#include <stdbool.h>
#include <string.h>

void csvcell_write(FILE *out, const char *text)
{
    unsigned char first = (unsigned char)text[0];
    bool is_formula = first != '\0' && (strchr("=+-@", first) != NULL || first < ' ');
    if (!is_formula && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    if (is_formula)
        putc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}
