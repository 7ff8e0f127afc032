/* SPDX-License-Identifier: ISC */
/* complaint: all that a load has to say, each with its file, line, severity and sentence. */
#include "common/base/complaint.h"

#include <errno.h>
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
        said->out_of_memory = said->lacked_memory = true;
        said->errors++;
        return;
    }
    *item = (struct complaint){.severity = severity, .line = line, .file = name, .text = text};
    said->count++;
    said->errors += severity == COMPLAINT_ERROR;
    said->warnings += severity == COMPLAINT_WARNING;
}

void complaints_note_cause(struct complaints *said, int cause)
{
    said->lacked_memory = said->lacked_memory || cause == ENOMEM;
}

void complaints_set_rule(struct complaints *said, const struct lint_rule *rule)
{
    if (said->count > 0 && !said->out_of_memory)
        said->items[said->count - 1].rule = rule;
}

/* Where a complaint belongs. */
struct place {
    struct complaint item;
    size_t index; /* in which it was said */
    size_t file;  /* the index of its file's first */
};

static int compare_sizes(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_files(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *other = b;
    int order = strcmp(one->item.file, other->item.file);
    return order != 0 ? order : compare_sizes(one->index, other->index);
}

static int compare_places(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *other = b;
    if (one->file != other->file)
        return compare_sizes(one->file, other->file);
    if (one->item.line != other->item.line)
        return one->item.line < other->item.line ? -1 : 1;
    return compare_sizes(one->index, other->index);
}

void complaints_sort(struct complaints *said, size_t first, const char *main_file)
{
    size_t count = said->count - first;
    struct place *places = count > 1 ? calloc(count, sizeof(*places)) : NULL;
    if (places == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){.item = said->items[first + i], .index = i + 1};
    qsort(places, count, sizeof(*places), compare_files);
    for (size_t i = 0; i < count; i++) {
        bool is_same = i > 0 && strcmp(places[i].item.file, places[i - 1].item.file) == 0;
        bool is_main = strcmp(places[i].item.file, main_file) == 0;
        places[i].file = is_main ? 0 : is_same ? places[i - 1].file : places[i].index;
    }
    qsort(places, count, sizeof(*places), compare_places);
    for (size_t i = 0; i < count; i++)
        said->items[first + i] = places[i].item;
    free(places);
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
