/* SPDX-License-Identifier: ISC */
/* repair_text: converts UTF-16 and removes invisible characters. Private to repair. */
#include "ctl/lint/repair_text.h"

#include <string.h>

#include "common/base/span.h"
#include "common/base/utf8.h"

#define SURROGATE_HIGH 0xd800
#define SURROGATE_LOW  0xdc00
#define SURROGATE_END  0xe000

static uint32_t unit_at(struct span in, size_t at, bool big)
{
    unsigned char first = (unsigned char)in.bytes[at];
    unsigned char second = (unsigned char)in.bytes[at + 1];
    return big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

bool repair_text_from_utf16(struct span *out, struct arena *arena, struct span in)
{
    if (in.length < 2 || in.length % 2 != 0)
        return false;
    bool big = memcmp(in.bytes, "\xfe\xff", 2) == 0;
    if (!big && memcmp(in.bytes, "\xff\xfe", 2) != 0)
        return false;
    char *text = arena_alloc(arena, in.length * 2); /* three bytes a unit of two at most */
    size_t length = 0;
    if (text == NULL)
        return false;
    for (size_t at = 2; at < in.length; at += 2) {
        uint32_t point = unit_at(in, at, big);
        if (point >= SURROGATE_LOW && point < SURROGATE_END)
            return false;
        if (point >= SURROGATE_HIGH && point < SURROGATE_LOW) {
            at += 2;
            uint32_t low = at < in.length ? unit_at(in, at, big) : 0;
            if (low < SURROGATE_LOW || low >= SURROGATE_END)
                return false;
            point = 0x10000 + ((point - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
        }
        length += utf8_write(text + length, point);
    }
    *out = (struct span){text, length};
    return true;
}

enum meaning {
    MEANS_ITSELF,
    MEANS_NOTHING,
    MEANS_BLANK,
    MEANS_COLON,
};

/* The joiners U+200C and U+200D stay: names in some scripts need them. */
static enum meaning meaning_of(uint32_t point)
{
    if (point == 0xa0 || (point >= 0x2000 && point <= 0x200a) || point == 0x202f ||
        point == 0x205f || point == 0x3000)
        return MEANS_BLANK;
    if (point == 0xad || point == 0x200b || point == 0x200e || point == 0x200f ||
        (point >= 0x202a && point <= 0x202e) || point == 0x2060 ||
        (point >= 0x2066 && point <= 0x2069) || point == 0xfeff)
        return MEANS_NOTHING;
    return point == 0xff1a ? MEANS_COLON : MEANS_ITSELF;
}

bool repair_text_clean(struct span *out, struct arena *arena, struct span line)
{
    char *text = NULL;
    size_t length = 0;
    for (size_t at = 0; at < line.length;) {
        uint32_t point;
        size_t used = utf8_read(&point, line.bytes + at, line.length - at);
        enum meaning meaning = used > 1 ? meaning_of(point) : MEANS_ITSELF;
        used = used > 0 ? used : 1;
        if (meaning != MEANS_ITSELF && text == NULL) {
            text = arena_copy(arena, line.bytes, line.length);
            length = at;
        }
        if (meaning != MEANS_ITSELF && text == NULL) {
            *out = (struct span){NULL, 0};
            return true;
        }
        if (text != NULL && meaning == MEANS_ITSELF) {
            memcpy(text + length, line.bytes + at, used);
            length += used;
        } else if (text != NULL && meaning != MEANS_NOTHING) {
            text[length++] = meaning == MEANS_BLANK ? ' ' : ':';
        }
        at += used;
    }
    *out = text != NULL ? (struct span){text, length} : line;
    return text != NULL;
}
