/* SPDX-License-Identifier: ISC */
/* lookalike: dashes and quotes as word processors write them, in place of ASCII's. */
#include "common/name/lookalike.h"

#include "common/base/utf8.h"

static bool is_dash(uint32_t point)
{
    return (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0xad ||
           point == 0xfe58 || point == 0xfe63 || point == 0xff0d;
}

static bool is_quote(uint32_t point)
{
    return (point >= 0x2018 && point <= 0x201f) || point == 0xab || point == 0xbb;
}

bool lookalike_mend(char *out, size_t size, const char *bytes, size_t length)
{
    size_t written = 0;
    bool any = false, fits = size > 0;
    for (size_t at = 0, used; fits && at < length; at += used) {
        uint32_t point;
        used = utf8_read(&point, bytes + at, length - at);
        bool is_other = is_dash(point) || is_quote(point);
        any = any || is_other;
        fits = used == 1 || is_other;
        if (is_quote(point))
            continue;
        fits = fits && written + 1 < size;
        if (fits)
            out[written++] = is_other ? '-' : bytes[at];
    }
    if (size > 0)
        out[any && fits ? written : 0] = '\0';
    return any && fits;
}

bool lookalike_is_quoted(const char *bytes, size_t length)
{
    uint32_t point;
    if (length > 0 && (bytes[0] == '"' || bytes[0] == '\''))
        return true;
    return utf8_read(&point, bytes, length) > 0 && is_quote(point);
}
