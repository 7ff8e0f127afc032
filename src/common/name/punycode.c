/* SPDX-License-Identifier: ISC */
/* punycode: RFC 3492: the A-labels of a name written in UTF-8, so that a message can say what to
 * write instead, and the code points of an A-label. */
#include "common/name/punycode.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/name/letter.h"

#define LABEL_MAX PUNYCODE_POINTS_MAX
#define POINT_MAX 0x10ffff /* the last code point of Unicode */

/* The parameters of RFC 3492 section 5. */
enum {
    BASE = 36,
    TMIN = 1,
    TMAX = 26,
    SKEW = 38,
    DAMP = 700,
    INITIAL_BIAS = 72,
    INITIAL_N = 0x80,
};

struct text {
    char *bytes;
    size_t length;
    size_t size;
};

struct label {
    uint32_t points[LABEL_MAX];
    size_t count;
    bool is_ascii;
};

static int append(struct text *text, char byte)
{
    if (text->length + 1 >= text->size)
        return -1;
    text->bytes[text->length++] = byte;
    text->bytes[text->length] = '\0';
    return 0;
}

/* RFC 3492 section 6.1. */
static uint32_t adapt_bias(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
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

/* RFC 3492 section 6.2. */
int punycode_decode(uint32_t points[PUNYCODE_POINTS_MAX], struct span text)
{
    size_t basic = basic_length(text);
    uint32_t count = 0;
    uint32_t n = INITIAL_N;
    uint32_t i = 0;
    uint32_t bias = INITIAL_BIAS;
    if (basic > PUNYCODE_POINTS_MAX)
        return -1;
    while (count < basic) {
        points[count] = (unsigned char)text.bytes[count];
        count++;
    }
    size_t used = basic > 0 ? basic + 1 : 0;
    struct span rest = {text.bytes + used, text.length - used};
    while (rest.length > 0) {
        uint32_t before = i;
        if (count == PUNYCODE_POINTS_MAX || !read_delta(&rest, bias, &i))
            return -1;
        count++;
        bias = adapt_bias(i - before, count, before == 0);
        if (i / count > POINT_MAX - n)
            return -1;
        n += i / count;
        i %= count;
        memmove(&points[i + 1], &points[i], (count - 1 - i) * sizeof(points[0]));
        points[i] = n;
        i++;
    }
    return (int)count;
}

/* One delta as a variable-length integer, the inner loop of RFC 3492 section 6.3. */
static int append_delta(struct text *out, uint32_t delta, uint32_t bias)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (uint32_t k = BASE;; k += BASE) {
        uint32_t threshold = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        if (delta < threshold)
            return append(out, digits[delta]);
        if (append(out, digits[threshold + (delta - threshold) % (BASE - threshold)]) != 0)
            return -1;
        delta = (delta - threshold) / (BASE - threshold);
    }
}

static uint32_t smallest_from(const struct label *label, uint32_t bound)
{
    uint32_t smallest = UINT32_MAX;
    for (size_t i = 0; i < label->count; i++)
        if (label->points[i] >= bound && label->points[i] < smallest)
            smallest = label->points[i];
    return smallest;
}

/* RFC 3492 section 6.3. A label has at most 63 points, so delta stays far below 2^32. */
static int append_encoded(struct text *out, const struct label *label)
{
    uint32_t basic = 0;
    for (size_t i = 0; i < label->count; i++) {
        if (label->points[i] >= INITIAL_N)
            continue;
        if (append(out, (char)label->points[i]) != 0)
            return -1;
        basic++;
    }
    if (basic > 0 && append(out, '-') != 0)
        return -1;

    uint32_t n = INITIAL_N;
    uint32_t delta = 0;
    uint32_t bias = INITIAL_BIAS;
    for (uint32_t handled = basic; handled < label->count;) {
        uint32_t next = smallest_from(label, n);
        delta += (next - n) * (handled + 1);
        n = next;
        for (size_t i = 0; i < label->count; i++) {
            delta += label->points[i] < n;
            if (label->points[i] != n)
                continue;
            if (append_delta(out, delta, bias) != 0)
                return -1;
            bias = adapt_bias(delta, handled + 1, handled == basic);
            delta = 0;
            handled++;
        }
        delta++;
        n++;
    }
    return 0;
}

/* Adds one point in lower case, if it is certain that it stays what it is in an A-label. */
static int add_point(struct label *label, uint32_t point)
{
    if (label->count == LABEL_MAX)
        return -1;
    if (point >= 'A' && point <= 'Z')
        point += 'a' - 'A';
    else if (point >= INITIAL_N && (point = letter_lower(point)) == 0)
        return -1;
    label->is_ascii = label->is_ascii && point < INITIAL_N;
    label->points[label->count++] = point;
    return 0;
}

/* Outer hyphens, or two of them in the third and fourth place, RFC 5891 section 4.2.3.1. */
static bool has_bad_hyphens(const struct label *label)
{
    const uint32_t *points = label->points;
    size_t count = label->count;
    return points[0] == '-' || points[count - 1] == '-' ||
           (count > 3 && points[2] == '-' && points[3] == '-');
}

static int append_label(struct text *out, const struct label *label)
{
    if (label->is_ascii) {
        for (size_t i = 0; i < label->count; i++)
            if (append(out, (char)label->points[i]) != 0)
                return -1;
        return 0;
    }

    if (has_bad_hyphens(label))
        return -1;
    for (const char *prefix = "xn--"; *prefix != '\0'; prefix++)
        if (append(out, *prefix) != 0)
            return -1;
    return append_encoded(out, label);
}

static int append_name(struct text *out, const char *bytes, size_t length)
{
    struct label label = {.is_ascii = true};
    size_t used;
    for (size_t at = 0; at < length; at += used) {
        uint32_t point;
        used = utf8_read(&point, bytes + at, length - at);
        if (used == 0)
            return -1;
        if (point != '.') {
            if (add_point(&label, point) != 0)
                return -1;
            continue;
        }
        if (append_label(out, &label) != 0 || append(out, '.') != 0)
            return -1;
        label = (struct label){.is_ascii = true};
    }
    return append_label(out, &label);
}

int punycode_name(char *out, size_t size, const char *bytes, size_t length)
{
    struct text text = {.bytes = out, .size = size};

    out[0] = '\0';
    if (append_name(&text, bytes, length) == 0)
        return 0;
    out[0] = '\0';
    return -1;
}
