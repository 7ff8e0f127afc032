/* SPDX-License-Identifier: ISC */
/* writer_json: a result as JSON (RFC 8259), kept whole until it is finished. */
#include <jansson.h>
#include <stdlib.h>

#include "ctl/base/writer.h"

struct state {
    FILE *out;
    json_t *open[WRITER_DEPTH_MAX]; /* the root is owned; each other belongs to the one before */
    size_t depth;
    json_t *root;
};

static void *open_json(FILE *out)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state != NULL)
        state->out = out;
    return state;
}

/* Hands the value over to what is open. */
static int add(struct state *state, const char *name, json_t *value)
{
    if (state->depth == 0) {
        state->root = value;
        return value != NULL ? 0 : -1;
    }
    json_t *into = state->open[state->depth - 1];
    return name != NULL ? json_object_set_new(into, name, value)
                        : json_array_append_new(into, value);
}

static int start(void *context, const char *name, bool is_list)
{
    struct state *state = context;
    json_t *value = is_list ? json_array() : json_object();
    if (add(state, name, value) != 0)
        return -1;
    state->open[state->depth++] = value;
    return 0;
}

static json_t *value_json(const struct writer_value *value)
{
    switch (value->type) {
    case WRITER_NULL:
        return json_null();
    case WRITER_TEXT:
        return json_string(value->text);
    case WRITER_NUMBER:
    case WRITER_TIME:
        return json_integer((json_int_t)value->number);
    case WRITER_BOOLEAN:
        return json_boolean(value->number);
    }
    return NULL;
}

static int member(void *context, const char *name, const struct writer_value *value)
{
    return add(context, name, value_json(value));
}

static int end(void *context)
{
    struct state *state = context;
    state->depth--;
    return 0;
}

static int finish(void *context)
{
    struct state *state = context;
    if (json_dumpf(state->root, state->out, JSON_INDENT(2) | JSON_ENSURE_ASCII) != 0)
        return -1;
    putc('\n', state->out);
    return fflush(state->out) == 0 && !ferror(state->out) ? 0 : -1;
}

static void close_json(void *context)
{
    struct state *state = context;
    json_decref(state->root);
    free(state);
}

const struct writer_format writer_json = {open_json, start, member, end, finish, close_json};
