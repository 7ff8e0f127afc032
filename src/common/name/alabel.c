/* SPDX-License-Identifier: ISC */
/* alabel: whether a label in ASCII can be a label of an internationalised name (RFC 5891). */
#include "common/name/alabel.h"

#include <stdint.h>
#include <string.h>

#include "common/base/span.h"
#include "common/name/letter.h"

#define POINTS_MAX 64 /* more than a label has characters */

/* The parameters of RFC 3492 section 5. */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

struct points {
    uint32_t items[POINTS_MAX];
    uint32_t count;
};

/* RFC 3492 section 6.1. */
static uint32_t adapt_bias(uint32_t delta, uint32_t points, bool is_first)
{
    uint32_t k = 0;
    delta = is_first ? delta / DAMP : delta / 2;
    delta += delta / points;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

/* The value of a digit of RFC 3492 section 5, BASE where it is none. */
static uint32_t digit_of(char byte)
{
    if (byte >= 'a' && byte <= 'z')
        return (uint32_t)(byte - 'a');
    if (byte >= 'A' && byte <= 'Z')
        return (uint32_t)(byte - 'A');
    return byte >= '0' && byte <= '9' ? (uint32_t)(byte - '0') + 26 : BASE;
}

/* Reads one number of variable length and adds it to *sum: RFC 3492 section 6.2. */
static bool read_delta(struct span *rest, uint32_t bias, uint32_t *sum)
{
    uint32_t weight = 1;
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit = rest->length > 0 ? digit_of(rest->bytes[0]) : BASE;
        uint32_t threshold = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        if (digit == BASE || digit > (UINT32_MAX - *sum) / weight)
            return false;
        rest->bytes++;
        rest->length--;
        *sum += digit * weight;
        if (digit < threshold)
            return true;
        if (weight > UINT32_MAX / (BASE - threshold))
            return false;
        weight *= BASE - threshold;
    }
}

/* Where the encoded part begins: behind the last hyphen, if anything stands before it. */
static size_t basic_length(struct span text)
{
    size_t length = text.length;
    while (length > 0 && text.bytes[length - 1] != '-')
        length--;
    return length > 0 ? length - 1 : 0;
}

static bool insert(struct points *points, uint32_t at, uint32_t point)
{
    if (points->count == POINTS_MAX)
        return false;
    memmove(&points->items[at + 1], &points->items[at],
            (points->count - at) * sizeof(points->items[0]));
    points->items[at] = point;
    points->count++;
    return true;
}

/* What follows "xn--", decoded: RFC 3492 section 6.2. */
static bool decode(struct points *out, struct span text)
{
    size_t basic = basic_length(text);
    uint32_t n = INITIAL_N;
    uint32_t i = 0;
    uint32_t bias = INITIAL_BIAS;
    if (basic >= POINTS_MAX)
        return false;
    for (size_t at = 0; at < basic; at++)
        out->items[out->count++] = (unsigned char)text.bytes[at];
    size_t used = basic > 0 ? basic + 1 : 0;
    struct span rest = {text.bytes + used, text.length - used};
    while (rest.length > 0) {
        uint32_t before = i;
        if (!read_delta(&rest, bias, &i))
            return false;
        bias = adapt_bias(i - before, out->count + 1, before == 0);
        if (i / (out->count + 1) > UINT32_MAX - n)
            return false;
        n += i / (out->count + 1);
        i %= out->count + 1;
        if (n > 0x10ffff || !insert(out, i, n))
            return false;
        i++;
    }
    return true;
}

/* C1 control characters and the no-break space, capitals, surrogates and private use. */
static bool is_never_in_a_label(uint32_t point)
{
    uint32_t lower = point >= INITIAL_N ? letter_lower(point) : point;
    return (point >= 0x80 && point <= 0xa0) || (lower != 0 && lower != point) ||
           (point >= 0xd800 && point <= 0xf8ff) || point >= 0xe0000;
}

static bool is_refused_label(struct span label)
{
    struct points points = {.count = 0};
    bool is_all_ascii = true;
    if (label.length < 4 || label.bytes[2] != '-' || label.bytes[3] != '-')
        return false;
    if (!span_equal_nocase((struct span){label.bytes, 2}, "xn"))
        return true;
    if (label.length == 4)
        return false;
    if (!decode(&points, (struct span){label.bytes + 4, label.length - 4}))
        return true;
    for (uint32_t i = 0; i < points.count; i++) {
        if (is_never_in_a_label(points.items[i]))
            return true;
        is_all_ascii = is_all_ascii && points.items[i] < INITIAL_N;
    }
    return is_all_ascii;
}

bool alabel_is_refused(const char *name, size_t length)
{
    struct span rest = {name, length};
    struct span label;
    while (span_next(&label, &rest, '.'))
        if (is_refused_label(label))
            return true;
    return false;
}
