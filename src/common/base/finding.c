/* SPDX-License-Identifier: ISC */
/* finding: one thing that is wrong or worth knowing (place, rule, severity, problem, affected
 * sender, advice), and lists of them. */
#include "common/base/finding.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/printable.h"

const char *severity_name(enum severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR:
        return "error";
    case SEVERITY_WARNING:
        return "warning";
    case SEVERITY_NOTE:
        return "note";
    case SEVERITY_FIXABLE:
        return "fixable";
    case SEVERITY_FIXED:
        return "fixed";
    }
    return "";
}

/* A copy in *out; NULL stays NULL. */
static bool keep(struct findings *all, const char **out, const char *text)
{
    *out = NULL;
    if (text == NULL)
        return true;
    size_t length = strlen(text);
    char *copy = arena_alloc(&all->texts, length + 1);
    if (copy != NULL)
        printable_copy(copy, text, length);
    *out = copy;
    return copy != NULL;
}

__attribute__((format(printf, 3, 0))) static void
add(struct findings *all, const struct finding *finding, const char *format, va_list arguments)
{
    char *problem = NULL;
    if (vasprintf(&problem, format, arguments) < 0)
        problem = NULL;
    struct finding kept = *finding;
    struct finding *items =
        problem != NULL ? array_grow(all->items, all->count, sizeof(*items)) : NULL;
    all->items = items != NULL ? items : all->items;
    bool whole = items != NULL && keep(all, &kept.where, finding->where) &&
                 keep(all, &kept.problem, problem) && keep(all, &kept.sender, finding->sender) &&
                 keep(all, &kept.advice, finding->advice);
    free(problem);
    if (!whole) {
        all->out_of_memory = all->lacked_memory = true;
        all->errors++;
        return;
    }
    items[all->count++] = kept;
    all->errors += kept.severity == SEVERITY_ERROR;
    all->warnings += kept.severity == SEVERITY_WARNING;
    all->notes += kept.severity == SEVERITY_NOTE;
}

void findings_add(struct findings *all, const struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(all, finding, format, arguments);
    va_end(arguments);
}

void findings_say(struct findings *all, enum severity severity, const char *where, unsigned line,
                  const char *format, ...)
{
    const struct finding finding = {.severity = severity, .where = where, .line = line};
    va_list arguments;
    va_start(arguments, format);
    add(all, &finding, format, arguments);
    va_end(arguments);
}

void findings_copy(struct findings *all, const struct finding *found, const char *where,
                   unsigned line)
{
    struct finding finding = *found;
    finding.where = where;
    finding.line = line != 0 ? line : found->line;
    findings_add(all, &finding, "%s", found->problem);
}

void findings_note_cause(struct findings *all, int cause)
{
    all->lacked_memory = all->lacked_memory || cause == ENOMEM;
}

/* Where a finding belongs. */
struct place {
    struct finding item;
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
    int order = strcmp(one->item.where, other->item.where);
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

void findings_sort(struct findings *all, size_t first, const char *main_file)
{
    size_t count = all->count - first;
    struct place *places = count > 1 ? calloc(count, sizeof(*places)) : NULL;
    if (places == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){.item = all->items[first + i], .index = i + 1};
    qsort(places, count, sizeof(*places), compare_files);
    for (size_t i = 0; i < count; i++) {
        bool is_same = i > 0 && strcmp(places[i].item.where, places[i - 1].item.where) == 0;
        bool is_main = strcmp(places[i].item.where, main_file) == 0;
        places[i].file = is_main ? 0 : is_same ? places[i - 1].file : places[i].index;
    }
    qsort(places, count, sizeof(*places), compare_places);
    for (size_t i = 0; i < count; i++)
        all->items[first + i] = places[i].item;
    free(places);
}

void findings_free(struct findings *all)
{
    free(all->items);
    arena_free(&all->texts);
    *all = (struct findings){0};
}

size_t finding_print(char *out, size_t size, const struct finding *finding)
{
    const char *harm = finding->severity == SEVERITY_ERROR ? " (breaks " : " (troubles ";
    const char *sender = finding->sender;
    const char *advice = finding->advice;
    int length = snprintf(out, size, "%s%s%s%s%s%s", finding->problem, sender != NULL ? harm : "",
                          sender != NULL ? sender : "", sender != NULL ? ")" : "",
                          advice != NULL ? "; " : "", advice != NULL ? advice : "");
    return length < 0 ? 0 : (size_t)length;
}

char *finding_sentence(const struct finding *finding)
{
    char none[1];
    size_t length = finding_print(none, sizeof(none), finding);
    char *out = malloc(length + 1);
    if (out != NULL)
        finding_print(out, length + 1, finding);
    return out;
}
