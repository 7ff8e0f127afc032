/* SPDX-License-Identifier: ISC */
/* complaint: all that a load has to say, each with its file, line, severity and sentence. */
#include "complaint.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct complaint *grow(struct complaints *said)
{
    /* Full at each power of two. */
    if ((said->count & (said->count - 1)) == 0) {
        size_t capacity = said->count == 0 ? 1 : said->count * 2;
        if (capacity > SIZE_MAX / sizeof(struct complaint))
            return NULL;
        struct complaint *items = realloc(said->items, capacity * sizeof(struct complaint));
        if (items == NULL)
            return NULL;
        said->items = items;
    }
    return &said->items[said->count];
}

void complaints_add(struct complaints *said, enum complaint_severity severity, const char *file,
                    unsigned line, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);

    char *name = strdup(file);
    struct complaint *item = name != NULL && text != NULL ? grow(said) : NULL;
    if (item == NULL) {
        free(name);
        free(text);
        said->out_of_memory = true;
        said->errors++;
        return;
    }
    *item = (struct complaint){.severity = severity, .line = line, .file = name, .text = text};
    said->count++;
    said->errors += severity == COMPLAINT_ERROR;
    said->warnings += severity == COMPLAINT_WARNING;
}

void complaints_free(struct complaints *said)
{
    for (size_t i = 0; i < said->count; i++) {
        free(said->items[i].file);
        free(said->items[i].text);
    }
    free(said->items);
    *said = (struct complaints){0};
}
