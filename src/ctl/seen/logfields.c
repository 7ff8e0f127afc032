/* SPDX-License-Identifier: ISC */
/* logfields: the fields of a line of the access log, found by their keys. */
#include "ctl/seen/logfields.h"

#include <stdint.h>
#include <string.h>

#define KEY_BYTES 16 /* two words of 64 bits */
#define KEPT(name)                                                                                 \
    {                                                                                              \
#name "=", sizeof(#name), true, offsetof(struct logfields, name)                           \
    }
#define SKIPPED(name)                                                                              \
    {                                                                                              \
#name "=", sizeof(#name), false, 0                                                         \
    }

/* In the order in which the server writes them, so that the next one is nearly always the next
 * here: first those of a fetch, then those of a mark. */
static const struct {
    char text[KEY_BYTES];
    uint32_t length; /* with '=' */
    bool is_kept;
    size_t where;
} keys[] = {
    KEPT(time),
    KEPT(host),
    SKIPPED(client),
    KEPT(status),
    SKIPPED(tls),
    SKIPPED(group),
    SKIPPED(signature),
    SKIPPED(handshake_ms),
    SKIPPED(answer_ms),
    SKIPPED(bytes),
    KEPT(id),
    KEPT(mode),
    KEPT(max_age),
    KEPT(line),
    {"claimed_sender=", sizeof("claimed_sender"), true, offsetof(struct logfields, sender)},
    SKIPPED(agent),
    KEPT(access_log),
    KEPT(cause),
    KEPT(policies),
    SKIPPED(log_clients),
    {"", 0, false, 0}, /* any other */
};

#define OTHER (sizeof(keys) / sizeof(keys[0]) - 1)

/* memcmp of a length that is not constant is a call, and there are sixteen keys in a line. */
static inline bool is_key(size_t number, const char *at, size_t length)
{
    static const unsigned char mask[2 * KEY_BYTES] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                      255, 255, 255, 255, 255, 255, 255, 255};
    uint64_t text[2], key[2], wanted[2];
    size_t key_length = keys[number].length;
    if (length < KEY_BYTES)
        return length >= key_length && memcmp(at, keys[number].text, key_length) == 0;
    memcpy(text, at, KEY_BYTES);
    memcpy(key, keys[number].text, KEY_BYTES);
    memcpy(wanted, mask + KEY_BYTES - key_length, KEY_BYTES);
    return (((text[0] ^ key[0]) & wanted[0]) | ((text[1] ^ key[1]) & wanted[1])) == 0;
}

/* Which key stands there, with its '='. */
static size_t find_key(const char *at, size_t length)
{
    size_t number = 0;
    while (number < OTHER && !is_key(number, at, length))
        number++;
    return number;
}

/* Where its '=' or its end is. */
static const char *end_of_word(const char *at, const char *end)
{
    while (at < end && *at != '=' && *at != ' ')
        at++;
    return at;
}

/* The byte behind the value, NULL where it is none. */
static inline const char *take_value(struct span *out, const char *at, const char *end)
{
    bool is_quoted = at < end && *at == '"';
    at += is_quoted;
    const char *stop = memchr(at, is_quoted ? '"' : ' ', (size_t)(end - at));
    if (stop == NULL && is_quoted)
        return NULL;
    if (stop == NULL)
        stop = end;
    *out = (struct span){at, (size_t)(stop - at)};
    stop += is_quoted;
    return stop == end || *stop == ' ' ? stop : NULL;
}

/* Returns false where the key came before. */
static inline bool keep(struct logfields *fields, size_t number, struct span value)
{
    struct span *field = (struct span *)(void *)((char *)fields + keys[number].where);
    if (field->bytes != NULL)
        return false;
    *field = value;
    return true;
}

bool logfields_read(struct logfields *out, const char *bytes, size_t length)
{
    const char *at = bytes, *end = bytes + length;
    size_t next = 0;
    *out = (struct logfields){0};
    while (at < end) {
        size_t number = next;
        struct span value;
        if (!is_key(number, at, (size_t)(end - at)) || number == OTHER) {
            const char *stop = end_of_word(at, end);
            if (stop == at)
                return false;
            if (stop == end || *stop == ' ') {
                const struct span word = {at, (size_t)(stop - at)};
                out->is_incomplete = out->is_incomplete || span_equal(word, "incomplete");
                at = stop < end ? stop + 1 : end;
                continue;
            }
            number = find_key(at, (size_t)(end - at));
            at = stop + 1;
        } else {
            at += keys[number].length;
        }
        if (number != OTHER)
            next = number + 1;
        at = take_value(&value, at, end);
        if (at == NULL || (keys[number].is_kept && !keep(out, number, value)))
            return false;
        at += at < end;
    }
    return true;
}
