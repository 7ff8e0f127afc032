/* SPDX-License-Identifier: ISC */
/* replay: a client's first bytes, kept so that they can be read a second time. */
#include "daemon/serve/replay.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024 /* most ClientHellos fit, and malloc has such pieces at hand */

static bool make_room(struct replay *replay, size_t length)
{
    size_t room = replay->room > 0 ? replay->room : FIRST_ROOM;
    while (room < replay->length + length)
        room *= 2;
    if (room > REPLAY_MAX)
        room = REPLAY_MAX;
    unsigned char *bytes = realloc(replay->bytes, room);
    if (bytes == NULL)
        return false;
    replay->bytes = bytes;
    replay->room = room;
    return true;
}

void replay_add(struct replay *replay, const unsigned char *bytes, size_t length)
{
    bool fits = replay->room - replay->length >= length ||
                (length <= REPLAY_MAX - replay->length && make_room(replay, length));
    if (!fits) {
        replay_end(replay);
        return;
    }
    memcpy(replay->bytes + replay->length, bytes, length);
    replay->length += length;
    replay->next = replay->length;
}

void replay_rewind(struct replay *replay)
{
    replay->next = 0;
}

size_t replay_read(struct replay *replay, unsigned char *out, size_t size)
{
    size_t length = replay->length - replay->next;
    if (length > size)
        length = size;
    if (length > 0)
        memcpy(out, replay->bytes + replay->next, length);
    replay->next += length;
    return length;
}

void replay_end(struct replay *replay)
{
    free(replay->bytes);
    *replay = (struct replay){.keeps = false};
}
