/* SPDX-License-Identifier: ISC */
/* jsonsplit: the objects of a text that holds several: one a line, one behind the other, a list. */
#include "ctl/tlsrpt/jsonsplit.h"

#include <string.h>

/* Bytes up to the end of the object that begins here; all where it does not end. */
static size_t measure(const char *text, size_t left)
{
    size_t depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < left; i++) {
        if (in_text && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_text = !in_text;
        else if (!in_text && text[i] == '{')
            depth++;
        else if (!in_text && text[i] == '}' && --depth == 0)
            return i + 1;
    }
    return left;
}

bool jsonsplit_next(const char **text, size_t *left, const char **object, size_t *length)
{
    static const char between[] = " \t\r\n,[]";
    while (*left > 0 && memchr(between, **text, sizeof(between) - 1) != NULL) {
        (*text)++;
        (*left)--;
    }
    *object = *text;
    *length = *left > 0 && **text == '{' ? measure(*text, *left) : *left;
    *text += *length;
    *left -= *length;
    return *length > 0;
}
