/* SPDX-License-Identifier: ISC */
/* writer: writes a verb's result in the format that was asked for, by one traversal for all. */
#include "ctl/base/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "common/base/utf8.h"

static bool is_on(const struct writer *writer)
{
    return writer->format != NULL && !writer->failed;
}

/* Whether a call with this name is to reach the format. */
static bool takes(const struct writer *writer, const char *name)
{
    if (!is_on(writer))
        return false;
    assert(writer->depth > 0 && writer->is_list[writer->depth - 1] == (name == NULL));
    return true;
}

static void begin(struct writer *writer, const char *name, bool is_list)
{
    assert(writer->depth < WRITER_DEPTH_MAX);
    writer->is_list[writer->depth++] = is_list;
    writer->failed = writer->format->start(writer->state, name, is_list) != 0;
}

void writer_open(struct writer *out, const struct writer_format *format, FILE *stream)
{
    *out = (struct writer){.format = format, .state = format->open(stream)};
    out->failed = out->state == NULL;
    if (!out->failed)
        begin(out, NULL, false);
}

int writer_finish(struct writer *writer)
{
    assert(writer->format != NULL);
    writer_end(writer);
    assert(writer->failed || writer->depth == 0);
    int result = writer->failed ? -1 : writer->format->finish(writer->state);
    writer_close(writer);
    return result;
}

void writer_close(struct writer *writer)
{
    if (writer->state != NULL)
        writer->format->close(writer->state);
    *writer = (struct writer){0};
}

void writer_fail(struct writer *writer)
{
    writer->failed = true;
}

void writer_start(struct writer *writer, const char *name)
{
    if (takes(writer, name))
        begin(writer, name, false);
}

void writer_list(struct writer *writer, const char *name)
{
    if (takes(writer, name))
        begin(writer, name, true);
}

void writer_end(struct writer *writer)
{
    if (!is_on(writer))
        return;
    assert(writer->depth > 0);
    writer->depth--;
    writer->failed = writer->format->end(writer->state) != 0;
}

static void put(struct writer *writer, const char *name, struct writer_value value)
{
    if (takes(writer, name))
        writer->failed = writer->format->member(writer->state, name, &value) != 0;
}

/* How many bytes at its begin are printable ASCII: as good as all of most texts. */
static size_t plain_length(const char *text)
{
    size_t length = 0;
    while (text[length] >= ' ' && text[length] <= '~')
        length++;
    return length;
}

static bool is_utf8(const char *text)
{
    uint32_t point;
    size_t used = 1, at = plain_length(text);
    for (size_t length = at + strlen(text + at); at < length && used > 0; at += used)
        used = utf8_read(&point, text + at, length - at);
    return used > 0;
}

void writer_text(struct writer *writer, const char *name, const char *text)
{
    if (text != NULL && !is_utf8(text))
        writer_shown(writer, name, text);
    else
        put(writer, name, (struct writer_value){text != NULL ? WRITER_TEXT : WRITER_NULL, text, 0});
}

void writer_shown(struct writer *writer, const char *name, const char *text)
{
    size_t length = plain_length(text);
    if (text[length] == '\0') {
        put(writer, name, (struct writer_value){WRITER_TEXT, text, 0});
        return;
    }
    length += strlen(text + length);
    char *fit = malloc(length + 1);
    if (fit != NULL) {
        printable_copy(fit, text, length);
        put(writer, name, (struct writer_value){WRITER_TEXT, fit, 0});
    } else {
        writer_fail(writer);
    }
    free(fit);
}

void writer_texts(struct writer *writer, const char *name, char *const *texts, size_t count)
{
    writer_list(writer, name);
    for (size_t i = 0; i < count; i++)
        writer_text(writer, NULL, texts[i]);
    writer_end(writer);
}

void writer_number(struct writer *writer, const char *name, int64_t number)
{
    put(writer, name, (struct writer_value){WRITER_NUMBER, NULL, number});
}

void writer_time(struct writer *writer, const char *name, int64_t time)
{
    put(writer, name, (struct writer_value){time != 0 ? WRITER_TIME : WRITER_NULL, NULL, time});
}

void writer_boolean(struct writer *writer, const char *name, bool truth)
{
    put(writer, name, (struct writer_value){WRITER_BOOLEAN, NULL, truth});
}

void writer_null(struct writer *writer, const char *name)
{
    put(writer, name, (struct writer_value){WRITER_NULL, NULL, 0});
}
