/* SPDX-License-Identifier: ISC */
/* writer_csv: a result as one table in CSV (RFC 4180), written as it comes. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/moment.h"
#include "ctl/base/csvcell.h"
#include "ctl/base/writer.h"

#define COLUMNS_MAX 24
#define ROW_DEPTH   5 /* root, list, object, list, object: such an object is a row */
#define OUTER_DEPTH 3

/* A row is an object of a list of an object of a list of the root. Its columns are the members of
 * both objects, those of the outer one that come before the list. Of several lists in the outer one
 * the first is the table. */
struct state {
    FILE *out;
    bool is_list[WRITER_DEPTH_MAX];
    size_t depth;
    unsigned lists; /* in the outer object so far */
    bool is_headed; /* the names of the columns are written */
    size_t outer_count, count;
    char *names[COLUMNS_MAX];
    char *cells[COLUMNS_MAX];
};

static void *open_csv(FILE *out)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state != NULL)
        state->out = out;
    return state;
}

static void drop_to(struct state *state, size_t count)
{
    while (state->count > count) {
        state->count--;
        free(state->names[state->count]);
        free(state->cells[state->count]);
    }
}

static bool is_at(const struct state *state, size_t depth)
{
    return state->depth == depth && (depth < 2 || state->is_list[1]) &&
           (depth < 4 || (state->is_list[3] && state->lists == 1));
}

static int start(void *context, const char *name, bool is_list)
{
    struct state *state = context;
    (void)name;
    if (state->depth == OUTER_DEPTH && is_list)
        state->lists++;
    if (is_at(state, ROW_DEPTH - 1))
        state->outer_count = state->count;
    state->is_list[state->depth++] = is_list;
    return 0;
}

/* Owned by the caller; NULL: out of memory. */
static char *cell_text(const struct writer_value *value)
{
    char text[MOMENT_TEXT_MAX] = "";
    switch (value->type) {
    case WRITER_TEXT:
        return strdup(value->text);
    case WRITER_NUMBER:
        (void)snprintf(text, sizeof(text), "%" PRId64, value->number);
        break;
    case WRITER_TIME:
        moment_text(value->number, text);
        break;
    case WRITER_BOOLEAN:
        return strdup(value->number != 0 ? "yes" : "no");
    case WRITER_NULL:
        break;
    }
    return strdup(text);
}

static int member(void *context, const char *name, const struct writer_value *value)
{
    struct state *state = context;
    bool is_outer = is_at(state, OUTER_DEPTH) && state->lists == 0;
    if (!is_outer && !is_at(state, ROW_DEPTH))
        return 0;
    assert(state->count < COLUMNS_MAX);
    state->names[state->count] = strdup(name);
    state->cells[state->count++] = cell_text(value);
    return state->names[state->count - 1] != NULL && state->cells[state->count - 1] != NULL ? 0
                                                                                            : -1;
}

static void write_row(const struct state *state, char *const cells[])
{
    for (size_t i = 0; i < state->count; i++) {
        if (i > 0)
            putc(',', state->out);
        csvcell_write(state->out, cells[i]);
    }
    fputs("\r\n", state->out);
}

static int end(void *context)
{
    struct state *state = context;
    if (is_at(state, ROW_DEPTH)) {
        if (!state->is_headed)
            write_row(state, state->names);
        state->is_headed = true;
        write_row(state, state->cells);
        drop_to(state, state->outer_count);
    } else if (is_at(state, OUTER_DEPTH)) {
        drop_to(state, 0);
        state->lists = 0;
    }
    state->depth--;
    return ferror(state->out) ? -1 : 0;
}

static int finish(void *context)
{
    struct state *state = context;
    return fflush(state->out) == 0 && !ferror(state->out) ? 0 : -1;
}

static void close_csv(void *context)
{
    drop_to(context, 0);
    free(context);
}

const struct writer_format writer_csv = {open_csv, start, member, end, finish, close_csv};
