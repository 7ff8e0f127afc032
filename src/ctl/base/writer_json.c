/* SPDX-License-Identifier: ISC */
/* writer_json: a result as JSON (RFC 8259): kept whole until it is finished, or as it comes. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base/writer.h"

#define FIRST_ROOM ((size_t)1024)
#define PART       ((size_t)32768) /* what comes is written in such parts */
#define NUMBER_MAX 24

struct state {
    FILE *out;
    bool is_whole; /* nothing is written before the end */
    bool failed;   /* out of memory */
    char *text;    /* that is not written yet */
    size_t used, room;
    bool is_list[WRITER_DEPTH_MAX];
    bool is_filled[WRITER_DEPTH_MAX]; /* it has a member or an item already */
    size_t depth;
};

/* ---- Text that is not written yet. */

static int write_out(struct state *state)
{
    if (state->used > 0)
        fwrite(state->text, 1, state->used, state->out);
    state->used = 0;
    return ferror(state->out) ? -1 : 0;
}

/* Returns where the bytes go, or NULL when out of memory. */
static char *add_room(struct state *state, size_t length)
{
    if (length > state->room - state->used) {
        size_t room = state->room == 0 ? FIRST_ROOM : state->room;
        while (room <= SIZE_MAX / 2 && room - state->used < length)
            room *= 2;
        char *text = room - state->used < length ? NULL : realloc(state->text, room);
        state->failed = state->failed || text == NULL;
        if (text == NULL)
            return NULL;
        state->text = text;
        state->room = room;
    }
    state->used += length;
    return state->text + state->used - length;
}

static void add(struct state *state, const char *bytes, size_t length)
{
    char *at = add_room(state, length);
    if (at != NULL)
        memcpy(at, bytes, length);
}

static void add_byte(struct state *state, char byte)
{
    add(state, &byte, 1);
}

static int add_from_jansson(const char *bytes, size_t length, void *context)
{
    add(context, bytes, length);
    return 0;
}

/* Most texts have nothing that JSON writes in another way. */
static void add_text(struct state *state, const char *text)
{
    size_t length = 0;
    while (text[length] >= ' ' && text[length] <= '~' && text[length] != '"' &&
           text[length] != '\\')
        length++;
    if (text[length] == '\0') {
        add_byte(state, '"');
        add(state, text, length);
        add_byte(state, '"');
        return;
    }
    json_t *value = json_string(text);
    if (value == NULL || json_dump_callback(value, add_from_jansson, state,
                                            JSON_ENCODE_ANY | JSON_ENSURE_ASCII) != 0)
        state->failed = true;
    json_decref(value);
}

static void add_number(struct state *state, int64_t number)
{
    char text[NUMBER_MAX];
    int length = snprintf(text, sizeof(text), "%" PRId64, number);
    add(state, text, (size_t)length);
}

static void break_line(struct state *state)
{
    char *at = add_room(state, 1 + 2 * state->depth);
    if (at == NULL)
        return;
    *at = '\n';
    memset(at + 1, ' ', 2 * state->depth);
}

/* ---- The format. */

static void *open_state(FILE *out, bool is_whole)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state == NULL)
        return NULL;
    state->out = out;
    state->is_whole = is_whole;
    return state;
}

static void *open_json(FILE *out)
{
    return open_state(out, true);
}

static void *open_stream(FILE *out)
{
    return open_state(out, false);
}

/* What stands before a value. */
static void begin_value(struct state *state, const char *name)
{
    if (state->depth == 0)
        return;
    bool *is_filled = &state->is_filled[state->depth - 1];
    if (*is_filled)
        add_byte(state, ',');
    *is_filled = true;
    break_line(state);
    if (name == NULL)
        return;
    add_text(state, name);
    add(state, ": ", 2);
}

static int start(void *context, const char *name, bool is_list)
{
    struct state *state = context;
    begin_value(state, name);
    add_byte(state, is_list ? '[' : '{');
    state->is_list[state->depth] = is_list;
    state->is_filled[state->depth++] = false;
    return state->failed ? -1 : 0;
}

static void add_value(struct state *state, const struct writer_value *value)
{
    switch (value->type) {
    case WRITER_NULL:
        add(state, "null", 4);
        break;
    case WRITER_TEXT:
        add_text(state, value->text);
        break;
    case WRITER_NUMBER:
    case WRITER_TIME:
        add_number(state, value->number);
        break;
    case WRITER_BOOLEAN:
        add(state, value->number != 0 ? "true" : "false", value->number != 0 ? 4 : 5);
        break;
    }
}

static int member(void *context, const char *name, const struct writer_value *value)
{
    struct state *state = context;
    begin_value(state, name);
    add_value(state, value);
    return state->failed ? -1 : 0;
}

static int end(void *context)
{
    struct state *state = context;
    state->depth--;
    if (state->is_filled[state->depth])
        break_line(state);
    add_byte(state, state->is_list[state->depth] ? ']' : '}');
    if (state->failed)
        return -1;
    return state->is_whole || state->used < PART ? 0 : write_out(state);
}

static int finish(void *context)
{
    struct state *state = context;
    add_byte(state, '\n');
    if (state->failed || write_out(state) != 0)
        return -1;
    return fflush(state->out) == 0 && !ferror(state->out) ? 0 : -1;
}

static void close_json(void *context)
{
    struct state *state = context;
    if (!state->is_whole)
        write_out(state);
    free(state->text);
    free(state);
}

const struct writer_format writer_json = {open_json, start, member, end, finish, close_json};
const struct writer_format writer_stream = {open_stream, start, member, end, finish, close_json};
