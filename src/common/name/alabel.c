/* SPDX-License-Identifier: ISC */
/* alabel: whether a label in ASCII can be a label of an internationalised name (RFC 5891). */
#include "common/name/alabel.h"

#include <stdint.h>

#include "common/base/span.h"
#include "common/name/letter.h"
#include "common/name/punycode.h"

/* C1 control characters and the no-break space, capitals, surrogates and private use. */
static bool is_never_in_a_label(uint32_t point)
{
    uint32_t lower = point >= 0x80 ? letter_lower(point) : point;
    return (point >= 0x80 && point <= 0xa0) || (lower != 0 && lower != point) ||
           (point >= 0xd800 && point <= 0xf8ff) || point >= 0xe0000;
}

static bool is_refused_label(struct span label)
{
    uint32_t points[PUNYCODE_POINTS_MAX];
    bool is_all_ascii = true;
    if (label.length < 4 || label.bytes[2] != '-' || label.bytes[3] != '-')
        return false;
    if (!span_equal_nocase((struct span){label.bytes, 2}, "xn"))
        return true;
    if (label.length == 4)
        return false;
    int count = punycode_decode(points, (struct span){label.bytes + 4, label.length - 4});
    for (int i = 0; i < count; i++) {
        if (is_never_in_a_label(points[i]))
            return true;
        is_all_ascii = is_all_ascii && points[i] < 0x80;
    }
    return is_all_ascii; /* also of what cannot be decoded */
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
