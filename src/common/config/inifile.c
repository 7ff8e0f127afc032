/* SPDX-License-Identifier: ISC */
/* inifile: feeds a file's bytes through inih line by line, with line numbers, full section titles,
 * and a refusal for whatever inih would cut, join or read differently from how it looks. (Its own
 * header has the name ini.h.) */
#include "common/config/inifile.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "common/base/span.h"
#include "common/config/iniline.h"

static const char outside[] =
    "the key stands outside any section; write it below `[server]` or the section it belongs to";
static const char unreadable[] =
    "inih cannot take in this line whole; write a shorter key, or a shorter value";

static const char stand_in[] = "[-]\n"; /* for any header */

/* Where inih stands in our bytes, and what it was told and has heard of the pair at hand. */
struct feed {
    const char *next;
    const char *end;
    unsigned line;
    const struct inifile_events *events;
    void *context;
    bool in_section;
    bool failed; /* a callback did */

    bool pending; /* a pair is being told */
    unsigned pending_line;
    struct span key; /* as the line says */
    struct span value;
    struct span rest;                /* of the value, not told yet */
    char heard_key[INILINE_MAX + 1]; /* as inih says */
    char heard[INILINE_MAX + 1];     /* the value's pieces, joined */
    size_t heard_length;
    bool heard_whole; /* false: inih said more than there is room for */
};

static int handle_pair(void *user, const char *section, const char *name, const char *value)
{
    struct feed *feed = user;
    (void)section; /* ours is the full title */

    size_t length = strlen(value);
    size_t name_length = strlen(name);
    if (feed->heard_length == 0 && name_length < sizeof(feed->heard_key))
        memcpy(feed->heard_key, name, name_length + 1);
    if (length > sizeof(feed->heard) - 1 - feed->heard_length) {
        feed->heard_whole = false;
        return 1;
    }
    memcpy(feed->heard + feed->heard_length, value, length + 1);
    feed->heard_length += length;
    return 1;
}

static void note_failure(struct feed *feed, int result)
{
    feed->failed = feed->failed || result != 0;
}

/* What inih heard must be what the line says, however this inih was built. */
static void finish_pair(struct feed *feed)
{
    const struct inifile_events *events = feed->events;
    if (!feed->pending)
        return;
    feed->pending = false;

    bool same = feed->heard_whole && feed->rest.length == 0 &&
                feed->heard_length == feed->value.length &&
                memcmp(feed->heard, feed->value.bytes, feed->heard_length) == 0 &&
                strlen(feed->heard_key) == feed->key.length &&
                memcmp(feed->heard_key, feed->key.bytes, feed->key.length) == 0;
    if (same)
        note_failure(feed,
                     events->pair(feed->context, feed->pending_line, feed->heard_key, feed->heard));
    else
        note_failure(feed, events->broken(feed->context, feed->pending_line, unreadable));
}

/* How much of the rest fits into room. inih takes an indented line for more of the same value, but
 * not one that looks like a comment, and it drops blanks at the ends: so what follows a cut begins
 * with a letter or digit, and no blank stands before it. 0: there is no such place. */
static size_t piece_length(struct span rest, size_t room)
{
    if (rest.length <= room)
        return rest.length;
    size_t length = room;
    while (length > 0 && (!isalnum((unsigned char)rest.bytes[length]) ||
                          rest.bytes[length - 1] == ' ' || rest.bytes[length - 1] == '\t'))
        length--;
    return length;
}

/* Writes front, then the next piece of the value. Returns false when inih's buffer is too small. */
static bool tell_piece(struct feed *feed, char *buffer, size_t size, struct span front,
                       const char *separator)
{
    size_t used = front.length + strlen(separator);
    if (size < 3 || used > size - 3)
        return false;
    size_t length = piece_length(feed->rest, size - 2 - used);
    if (length == 0)
        return false;

    memcpy(buffer, front.bytes, front.length);
    memcpy(buffer + front.length, separator, used - front.length);
    memcpy(buffer + used, feed->rest.bytes, length);
    memcpy(buffer + used + length, "\n", 2);
    feed->rest.bytes += length;
    feed->rest.length -= length;
    return true;
}

static bool tell_pair(struct feed *feed, const struct iniline *line, char *buffer, size_t size)
{
    if (!feed->in_section) {
        note_failure(feed, feed->events->broken(feed->context, feed->line, outside));
        return false;
    }
    feed->pending = true;
    feed->pending_line = feed->line;
    feed->key = line->key;
    feed->value = line->value;
    feed->rest = line->value;
    feed->heard_length = 0;
    feed->heard_whole = true;
    feed->heard_key[0] = '\0';
    return tell_piece(feed, buffer, size, line->key, "=");
}

/* Our bytes up to the next line end, without it; moves past it. */
static struct span take_line(struct feed *feed)
{
    struct span line = {.bytes = feed->next};
    const char *newline = memchr(feed->next, '\n', (size_t)(feed->end - feed->next));
    line.length = (size_t)((newline != NULL ? newline : feed->end) - feed->next);
    feed->next = newline != NULL ? newline + 1 : feed->end;
    feed->line++;
    if (newline != NULL && line.length > 0 && line.bytes[line.length - 1] == '\r')
        line.length--;
    return line;
}

/* Deals with one line of ours. Returns true when the buffer holds something for inih. */
static bool tell_line(struct feed *feed, char *buffer, size_t size)
{
    struct span bytes = take_line(feed);
    struct iniline line = iniline_judge(bytes.bytes, bytes.length);

    switch (line.kind) {
    case INILINE_NOTHING:
        return false;
    case INILINE_BROKEN:
        note_failure(feed, feed->events->broken(feed->context, feed->line, line.broken));
        return false;
    case INILINE_HEADER:
        feed->in_section = true;
        note_failure(feed, feed->events->section(feed->context, feed->line, line.title.bytes,
                                                 line.title.length, line.broken));
        /* The full title is ours; inih only needs to know that the key before is done. */
        memcpy(buffer, stand_in, sizeof(stand_in));
        return true;
    case INILINE_PAIR:
        return tell_pair(feed, &line, buffer, size);
    }
    return false;
}

/* What inih calls for its next line, with fgets' contract. Never cut: a line that does not fit is
 * not told. */
static char *read_line(char *buffer, int size, void *stream)
{
    struct feed *feed = stream;
    static const struct span indent = {.bytes = " ", .length = 1};

    if (size <= (int)sizeof(stand_in))
        return NULL;
    if (feed->pending && feed->rest.length > 0 && feed->rest.length < feed->value.length &&
        tell_piece(feed, buffer, (size_t)size, indent, ""))
        return buffer;
    finish_pair(feed);
    while (feed->next < feed->end && !feed->failed) {
        if (tell_line(feed, buffer, (size_t)size))
            return buffer;
        finish_pair(feed);
    }
    return NULL;
}

int inifile_read(const char *bytes, size_t length, const struct inifile_events *events,
                 void *context, struct error *why)
{
    struct feed feed = {.events = events, .context = context};
    size_t mark = iniline_mark_length(bytes, length);
    feed.next = bytes + mark;
    feed.end = bytes + length;

    if (mark > 0)
        note_failure(&feed, events->broken(context, 1, iniline_mark_sentence));
    int result = ini_parse_stream(read_line, &feed, handle_pair, &feed);
    finish_pair(&feed);
    if (feed.failed || result == -2)
        return error_set_errno(why, ENOMEM, "out of memory");
    if (feed.next < feed.end)
        return error_set(why, "this inih was built with lines too short to be read");
    return 0;
}
