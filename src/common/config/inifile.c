/* SPDX-License-Identifier: ISC */
/* inifile: reads the sections and pairs of an ini file, each with its line, and refuses lines that
 * inih would cut, join or read differently from how they look.
 *
 * inih parses the pairs. The lines are read here, because inih gives no line numbers to its caller,
 * cuts titles at 50 bytes and lines at the end of its buffer (200 bytes) without an error, and
 * joins indented lines to the value before. So iniline judges each line once; inih gets each good
 * pair that fits its buffer as it is written, and a longer one is split as iniline found it. */
#include "common/config/inifile.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#include "common/base/span.h"
#include "common/config/iniline.h"

static const char outside[] =
    "the key is outside any section; write it below `[server]` or the section it belongs to";
/* For each header: so inih's first line, of which it drops a byte order mark, is no pair. */
static const char any_header[] = "[-]\n";

static const char unread[] = "inih does not read this line; write it as `key = value`";

struct reader {
    const char *next; /* of the file's bytes */
    const char *end;
    unsigned line; /* its number, from 1 */
    const struct inifile_events *events;
    void *context;
    bool in_section;
    bool awaits_pair; /* inih has a line and has not reported its pair */
    bool failed;      /* a callback did */
};

static void note_result(struct reader *reader, int result)
{
    reader->failed = reader->failed || result != 0;
}

static void report_pair(struct reader *reader, const char *key, const char *value)
{
    note_result(reader, reader->events->pair(reader->context, reader->line, key, value));
}

static void report_broken(struct reader *reader, const char *sentence)
{
    note_result(reader, reader->events->broken(reader->context, reader->line, sentence));
}

/* What inih calls with a pair. */
static int handle_pair(void *user, const char *section, const char *name, const char *value)
{
    struct reader *reader = user;
    (void)section; /* cut; reported before */
    if (reader->awaits_pair)
        report_pair(reader, name, value);
    reader->awaits_pair = false;
    return 1;
}

static void report_long_pair(struct reader *reader, const struct iniline *line)
{
    char key[INILINE_MAX + 1];
    char value[INILINE_MAX + 1];
    memcpy(key, line->key.bytes, line->key.length);
    key[line->key.length] = '\0';
    memcpy(value, line->value.bytes, line->value.length);
    value[line->value.length] = '\0';
    report_pair(reader, key, value);
}

/* The next line without its end; moves past it. */
static struct span take_line(struct reader *reader)
{
    struct span line = {.bytes = reader->next};
    const char *newline = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
    line.length = (size_t)((newline != NULL ? newline : reader->end) - reader->next);
    reader->next = newline != NULL ? newline + 1 : reader->end;
    reader->line++;
    if (newline != NULL && line.length > 0 && line.bytes[line.length - 1] == '\r')
        line.length--;
    return line;
}

/* Reports the next line. Returns true when the buffer holds a line for inih. */
static bool read_one(struct reader *reader, char *buffer, size_t size)
{
    struct span bytes = take_line(reader);
    struct iniline line = iniline_judge(bytes.bytes, bytes.length);
    switch (line.kind) {
    case INILINE_NOTHING:
        return false;
    case INILINE_BROKEN:
        report_broken(reader, line.broken);
        return false;
    case INILINE_HEADER:
        reader->in_section = true;
        note_result(reader, reader->events->section(reader->context, reader->line, line.title.bytes,
                                                    line.title.length, line.broken));
        memcpy(buffer, any_header, sizeof(any_header));
        return true;
    case INILINE_PAIR:
        break;
    }
    if (!reader->in_section) {
        report_broken(reader, outside);
        return false;
    }
    if (bytes.length + sizeof("\n") > size) {
        report_long_pair(reader, &line);
        return false;
    }
    memcpy(buffer, bytes.bytes, bytes.length);
    memcpy(buffer + bytes.length, "\n", sizeof("\n"));
    reader->awaits_pair = true;
    return true;
}

/* What inih calls for its next line, with the contract of fgets. */
static char *read_line(char *buffer, int size, void *stream)
{
    struct reader *reader = stream;
    if (reader->awaits_pair)
        report_broken(reader, unread);
    reader->awaits_pair = false;
    while (reader->next < reader->end && !reader->failed && size >= (int)sizeof(any_header))
        if (read_one(reader, buffer, (size_t)size))
            return buffer;
    return NULL;
}

int inifile_read(const char *bytes, size_t length, const struct inifile_events *events,
                 void *context, struct error *why)
{
    size_t mark = iniline_mark_length(bytes, length);
    struct reader reader = {
        .next = bytes + mark, .end = bytes + length, .events = events, .context = context};
    if (mark > 0)
        note_result(&reader, events->broken(context, 1, iniline_mark_sentence));
    int result = ini_parse_stream(read_line, &reader, handle_pair, &reader);
    if (reader.failed || result == -2)
        return error_set_errno(why, ENOMEM, "out of memory");
    if (reader.next < reader.end)
        return error_set(why, "this inih was built with a line buffer that is too short");
    return 0;
}
