/* SPDX-License-Identifier: ISC */
/* repair_rewrite: rewrites a policy's text line by line as it is meant. Private to repair. */
#include "ctl/lint/repair_rewrite.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/printable.h"
#include "common/base/span.h"
#include "common/policy/lint.h"
#include "ctl/lint/repair_line.h"

#define MX_COMPARED 512 /* patterns looked at for duplicates, as many as lint does */
#define SHOWN       100 /* bytes quoted of what was written */

/* A line of the result. */
struct entry {
    enum repair_line_key key;
    unsigned line; /* where it was read */
    struct span text;
};

enum line_end { LINE_END_NONE, LINE_END_LF, LINE_END_CRLF, LINE_END_CR };

struct work {
    struct repair *out;
    struct repair_line *lines;
    size_t line_count;
    struct entry *entries;
    size_t entry_count;
    struct span mx[MX_COMPARED];
    size_t mx_count;
    unsigned first_end[4]; /* the line in which each kind of line end is first met; 0: nowhere */
    enum line_end last_end;
    bool
        cased[REPAIR_LINE_NO_KEY + 1]; /* a line of the key that was written had another spelling */
    bool after_end_said, in_disorder_for_good; /* the lines cannot be reordered */
    bool out_of_memory;
};

/* Room for one item more than count: a larger copy at each power of two. */
static void *grow(void *items, size_t count, size_t size, bool *failed)
{
    void *larger = array_grow(items, count, size);
    if (larger == NULL) {
        *failed = true;
        return items;
    }
    return larger;
}

int repair_rewrite_step(struct repair *out, unsigned line, const char *rule, const char *done)
{
    size_t length = strlen(done);
    char *text = arena_alloc(&out->arena, length + 1);
    bool failed = text == NULL;
    out->steps = grow(out->steps, out->count, sizeof(*out->steps), &failed);
    if (failed)
        return -1;
    printable_copy(text, done, length);
    out->steps[out->count++] = (struct repair_step){.line = line, .rule = rule, .done = text};
    return 0;
}

static void __attribute__((format(printf, 4, 5)))
step(struct work *work, unsigned line, const char *rule, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (repair_rewrite_step(work->out, line, rule, text) != 0)
        work->out_of_memory = true;
}

static int shown(struct span span)
{
    return span.length < SHOWN ? (int)span.length : SHOWN;
}

/* Cuts the next line off; a lone CR ends one, too, but is not counted, as lint does not. */
static struct span cut_line(struct span *rest, enum line_end *end)
{
    struct span line = {rest->bytes, 0};
    while (line.length < rest->length && line.bytes[line.length] != '\n' &&
           line.bytes[line.length] != '\r')
        line.length++;
    size_t used = line.length;
    *end = LINE_END_CR;
    if (used == rest->length)
        *end = LINE_END_NONE;
    else if (line.bytes[used] == '\n')
        *end = LINE_END_LF;
    else if (used + 1 < rest->length && line.bytes[used + 1] == '\n')
        *end = LINE_END_CRLF;
    used += *end == LINE_END_CRLF ? 2 : *end != LINE_END_NONE;
    rest->bytes += used;
    rest->length -= used;
    return line;
}

static void read_lines(struct work *work, struct span rest)
{
    const struct span policy = rest;
    unsigned number = 1;
    while (rest.length > 0 && !work->out_of_memory) {
        enum line_end end;
        struct span raw = cut_line(&rest, &end);
        work->lines =
            grow(work->lines, work->line_count, sizeof(*work->lines), &work->out_of_memory);
        if (work->out_of_memory)
            return;
        struct repair_line *line = &work->lines[work->line_count++];
        work->out_of_memory = repair_line_read(line, &work->out->arena, raw, policy) != 0;
        line->number = number;
        if (work->first_end[end] == 0)
            work->first_end[end] = number;
        /* A blank line that only a lone CR makes was not written as one. */
        if (line->kind == REPAIR_LINE_BLANK && line->rule == NULL && end != LINE_END_CR &&
            work->last_end != LINE_END_CR)
            line->rule = "blank-line";
        work->last_end = end;
        number += end == LINE_END_LF || end == LINE_END_CRLF;
    }
}

/* A key that may occur only once has two different values: only the writer knows which is meant. */
static void find_conflicts(struct work *work)
{
    const struct repair_line *first[REPAIR_LINE_NO_KEY] = {NULL};
    bool conflict[REPAIR_LINE_NO_KEY] = {false};
    for (size_t i = 0; i < work->line_count; i++) {
        struct repair_line *line = &work->lines[i];
        if (line->kind == REPAIR_LINE_STRANGE)
            work->in_disorder_for_good = true;
        if (line->key == REPAIR_LINE_NO_KEY || line->key == REPAIR_LINE_MX)
            continue;
        if (first[line->key] == NULL)
            first[line->key] = line;
        else if (first[line->key]->kind != REPAIR_LINE_FIELD || line->kind != REPAIR_LINE_FIELD ||
                 first[line->key]->right.length != line->right.length ||
                 memcmp(first[line->key]->right.bytes, line->right.bytes, line->right.length) != 0)
            conflict[line->key] = true;
    }
    for (size_t i = 0; i < work->line_count; i++) {
        struct repair_line *line = &work->lines[i];
        if (line->kind != REPAIR_LINE_FIELD || !conflict[line->key])
            continue;
        work->in_disorder_for_good = true;
        *line = (struct repair_line){.kind = REPAIR_LINE_STRANGE,
                                     .key = REPAIR_LINE_NO_KEY,
                                     .number = line->number,
                                     .text = line->raw};
    }
}

static void add_entry(struct work *work, const struct repair_line *line, struct span text)
{
    work->entries =
        grow(work->entries, work->entry_count, sizeof(*work->entries), &work->out_of_memory);
    if (!work->out_of_memory)
        work->entries[work->entry_count++] = (struct entry){line->key, line->number, text};
}

/* "key: value" */
static void add_field(struct work *work, const struct repair_line *line, struct span value)
{
    size_t front = strlen(line->name) + 2;
    char *text = arena_alloc(&work->out->arena, front + value.length + 1);
    work->out_of_memory = work->out_of_memory || text == NULL || value.bytes == NULL;
    if (work->out_of_memory)
        return;
    snprintf(text, front + 1, "%s: ", line->name);
    memcpy(text + front, value.bytes, value.length);
    add_entry(work, line, span_trim((struct span){text, front + value.length}));
}

/* Whether the pattern is there already; keeps it if not. */
static bool is_repeated(struct work *work, struct span name)
{
    for (size_t i = 0; i < work->mx_count; i++)
        if (work->mx[i].length == name.length &&
            strncasecmp(work->mx[i].bytes, name.bytes, name.length) == 0)
            return true;
    if (work->mx_count < MX_COMPARED)
        work->mx[work->mx_count++] = name;
    return false;
}

static void say_changes(struct work *work, const struct repair_line *line)
{
    unsigned number = line->number;
    if (line->cleaned)
        step(work, number, "non-ascii", "invisible characters are removed");
    if (line->indented)
        step(work, number, "leading-blank", "the line begins in the first column");
    if (line->spaced)
        step(work, number, "space-before-colon", "the colon directly follows %s", line->name);
    if (line->key_rule != NULL)
        step(work, number, line->key_rule, "the key \"%.*s\" is written %s", shown(line->key_text),
             line->key_text.bytes, line->name);
    if (line->blanks_rule != NULL)
        step(work, number, line->blanks_rule, "one space is before the value of %s", line->name);
    if (line->value_rule != NULL && line->several)
        step(work, number, line->value_rule, "\"%.*s\" is written as one mx line for each name",
             shown(line->value), line->value.bytes);
    else if (line->value_rule != NULL)
        step(work, number, line->value_rule, "\"%.*s\" is written %.*s", shown(line->value),
             line->value.bytes, shown(line->right), line->right.bytes);
}

static void write_names(struct work *work, const struct repair_line *line)
{
    struct span rest = line->right;
    struct span name;
    while ((name.bytes = lint_meant_next_name(rest.bytes, rest.length, &name.length)) != NULL) {
        size_t used = (size_t)(name.bytes - rest.bytes) + name.length;
        rest = (struct span){rest.bytes + used, rest.length - used};
        struct span right = repair_line_name(&work->out->arena, name);
        if (right.bytes == NULL || !is_repeated(work, right))
            add_field(work, line, right);
    }
}

static void write_field(struct work *work, const struct repair_line *line, bool *seen)
{
    bool repeated = line->key == REPAIR_LINE_MX
                        ? !line->several && line->right.length > 0 && is_repeated(work, line->right)
                        : seen[line->key];
    seen[line->key] = true;
    if (repeated) {
        const char *rule = repair_line_repeated_rule(line, work->cased[line->key]);
        step(work, line->number, rule, "the line is removed, as another says the same");
        return;
    }
    work->cased[line->key] = line->key_rule != NULL;
    say_changes(work, line);
    if (line->several)
        write_names(work, line);
    else if (repair_line_differs(line))
        add_field(work, line, line->right);
    else
        add_entry(work, line, line->text);
}

/* How many lines there are up to the last with something in it. */
static size_t find_end(const struct work *work)
{
    size_t end = work->line_count;
    while (end > 0 && work->lines[end - 1].kind == REPAIR_LINE_BLANK &&
           !work->lines[end - 1].cleaned)
        end--;
    return end;
}

static void leave_out_blank(struct work *work, const struct repair_line *line, bool is_behind_end)
{
    if (line->rule != NULL && !is_behind_end)
        step(work, line->number, line->rule, "the line is removed, as it is blank");
    else if (line->rule != NULL && !work->after_end_said)
        step(work, line->number, "after-end", "the file ends right after its last line");
    work->after_end_said = work->after_end_said || (is_behind_end && line->rule != NULL);
}

static void write_lines(struct work *work)
{
    bool seen[REPAIR_LINE_NO_KEY] = {false};
    size_t end = find_end(work);
    for (size_t i = 0; i < work->line_count && !work->out_of_memory; i++) {
        const struct repair_line *line = &work->lines[i];
        switch (line->kind) {
        case REPAIR_LINE_BLANK:
            leave_out_blank(work, line, i >= end);
            break;
        case REPAIR_LINE_COMMENT:
            step(work, line->number, line->rule, "the comment is removed");
            break;
        case REPAIR_LINE_FIELD:
            write_field(work, line, seen);
            break;
        case REPAIR_LINE_UNKNOWN:
            say_changes(work, line);
            add_entry(work, line, line->text);
            break;
        case REPAIR_LINE_STRANGE:
            add_entry(work, line, line->text);
            break;
        }
    }
}

static void say_line_ends(struct work *work)
{
    const unsigned cr = work->first_end[LINE_END_CR];
    const unsigned lf = work->first_end[LINE_END_LF];
    const unsigned crlf = work->first_end[LINE_END_CRLF];
    if (cr != 0)
        step(work, cr, "bare-cr", "each line ends in CRLF");
    if (lf != 0 && crlf != 0)
        step(work, lf > crlf ? lf : crlf, "mixed-line-ends", "each line ends in CRLF");
    else if (lf != 0)
        step(work, 0, "lf-only", "each line ends in CRLF");
    if (work->last_end == LINE_END_NONE && find_end(work) == work->line_count)
        step(work, work->lines[work->line_count - 1].number, "no-final-newline",
             "the last line ends in CRLF");
}

/* Stable: the patterns stay in their order, what is not known comes last. */
static void sort_entries(struct work *work)
{
    struct entry *sorted = calloc(work->entry_count, sizeof(*sorted));
    size_t count = 0;
    if (sorted == NULL) {
        work->out_of_memory = true;
        return;
    }
    for (int key = REPAIR_LINE_VERSION; key <= REPAIR_LINE_NO_KEY; key++)
        for (size_t i = 0; i < work->entry_count; i++)
            if ((int)work->entries[i].key == key)
                sorted[count++] = work->entries[i];
    free(work->entries);
    work->entries = sorted;
}

static void put_in_order(struct work *work)
{
    enum repair_line_key latest = REPAIR_LINE_VERSION;
    bool is_disordered = false;
    if (work->in_disorder_for_good)
        return;
    for (size_t i = 0; i < work->entry_count && !is_disordered; i++) {
        const struct entry *entry = &work->entries[i];
        if (entry->key == REPAIR_LINE_NO_KEY)
            continue;
        if (entry->key == REPAIR_LINE_VERSION && i > 0) {
            step(work, entry->line, "version-not-first", "version is the first line");
            is_disordered = true;
        } else if (entry->key < latest) {
            step(work, entry->line, "field-order",
                 "version, mode, mx and max_age are in this order");
            is_disordered = true;
        }
        latest = entry->key > latest ? entry->key : latest;
    }
    if (is_disordered)
        sort_entries(work);
}

static void join(struct work *work)
{
    size_t length = 0;
    for (size_t i = 0; i < work->entry_count; i++)
        length += work->entries[i].text.length + 2;
    char *bytes = arena_alloc(&work->out->arena, length + 1);
    work->out_of_memory = work->out_of_memory || bytes == NULL;
    if (work->out_of_memory)
        return;
    work->out->bytes = bytes;
    work->out->length = length;
    for (size_t i = 0; i < work->entry_count; i++) {
        const struct span *text = &work->entries[i].text;
        memcpy(bytes, text->bytes, text->length);
        memcpy(bytes + text->length, "\r\n", 2);
        bytes += text->length + 2;
    }
}

/* A web page, or anything else that is not a policy, is not changed. */
static bool has_field(const struct work *work)
{
    for (size_t i = 0; i < work->line_count; i++)
        if (work->lines[i].kind == REPAIR_LINE_FIELD)
            return true;
    return false;
}

int repair_rewrite(struct repair *out, struct span text)
{
    struct work work = {.out = out};
    read_lines(&work, text);
    if (!work.out_of_memory && has_field(&work)) {
        find_conflicts(&work);
        write_lines(&work);
        say_line_ends(&work);
        put_in_order(&work);
        join(&work);
    }
    free(work.lines);
    free(work.entries);
    return work.out_of_memory ? -1 : 0;
}
