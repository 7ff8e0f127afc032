/* SPDX-License-Identifier: ISC */
/* replay: keeps a client's first bytes so that the handshake can be started again. */
#include "daemon/serve/replay.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024 /* most ClientHellos fit, and malloc has such pieces at hand */

static bool make_room(struct replay *replay, size_t length)
{
    size_t capacity = replay->capacity > 0 ? replay->capacity : FIRST_CAPACITY;
    while (capacity < replay->length + length)
        capacity *= 2;
    if (capacity > REPLAY_MAX)
        capacity = REPLAY_MAX;
    unsigned char *bytes = realloc(replay->bytes, capacity);
    if (bytes == NULL)
        return false;
    replay->bytes = bytes;
    replay->capacity = capacity;
    return true;
}

void replay_add(struct replay *replay, const unsigned char *bytes, size_t length)
{
    bool fits = replay->capacity - replay->length >= length ||
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
