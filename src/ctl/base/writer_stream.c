/* SPDX-License-Identifier: ISC */
/* writer_stream: a result as JSON, written as it comes, for one that does not fit into memory. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "ctl/base/writer.h"

struct state {
    FILE *out;
    bool is_list[WRITER_DEPTH_MAX];
    bool is_filled[WRITER_DEPTH_MAX]; /* it has a member or an item already */
    size_t depth;
};

static void *open_stream(FILE *out)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state != NULL)
        state->out = out;
    return state;
}

static void break_line(const struct state *state)
{
    fputs("\n", state->out);
    for (size_t i = 0; i < state->depth; i++)
        fputs("  ", state->out);
}

static int write_text(const struct state *state, const char *text)
{
    json_t *value = json_string(text);
    int result =
        value == NULL ? -1 : json_dumpf(value, state->out, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    json_decref(value);
    return result;
}

/* What stands before a value. */
static int begin_value(struct state *state, const char *name)
{
    if (state->depth == 0)
        return 0;
    bool *is_filled = &state->is_filled[state->depth - 1];
    if (*is_filled)
        fputs(",", state->out);
    *is_filled = true;
    break_line(state);
    if (name == NULL)
        return 0;
    int result = write_text(state, name);
    fputs(": ", state->out);
    return result;
}

static int start(void *context, const char *name, bool is_list)
{
    struct state *state = context;
    if (begin_value(state, name) != 0)
        return -1;
    putc(is_list ? '[' : '{', state->out);
    state->is_list[state->depth] = is_list;
    state->is_filled[state->depth++] = false;
    return 0;
}

static int member(void *context, const char *name, const struct writer_value *value)
{
    struct state *state = context;
    if (begin_value(state, name) != 0)
        return -1;
    switch (value->type) {
    case WRITER_NULL:
        fputs("null", state->out);
        return 0;
    case WRITER_TEXT:
        return write_text(state, value->text);
    case WRITER_NUMBER:
    case WRITER_TIME:
        fprintf(state->out, "%" PRId64, value->number);
        return 0;
    case WRITER_BOOLEAN:
        return json_dumpf(value->number != 0 ? json_true() : json_false(), state->out,
                          JSON_ENCODE_ANY);
    }
    return -1;
}

static int end(void *context)
{
    struct state *state = context;
    state->depth--;
    if (state->is_filled[state->depth])
        break_line(state);
    putc(state->is_list[state->depth] ? ']' : '}', state->out);
    return ferror(state->out) ? -1 : 0;
}

static int finish(void *context)
{
    struct state *state = context;
    fputs("\n", state->out);
    return fflush(state->out) == 0 && !ferror(state->out) ? 0 : -1;
}

static void close_stream(void *context)
{
    free(context);
}

const struct writer_format writer_stream = {open_stream, start, member, end, finish, close_stream};
