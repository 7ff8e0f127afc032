/* SPDX-License-Identifier: ISC */
/* letter: which letters of other scripts are valid in an A-label as they are, and their lower case.
 * */
#include "common/name/letter.h"

#include <stddef.h>

#define IN_TURNS 1 /* upper and lower case take turns, an upper one first */

/* Sorted. up: what leads from each letter to its lower case; 0: it is that, or has no case. */
static const struct range {
    uint32_t first, last;
    uint32_t up;
} ranges[] = {
    /* Latin */
    {0xc0, 0xd6, 32},
    {0xd8, 0xde, 32},
    {0xdf, 0xf6, 0},
    {0xf8, 0xff, 0},
    {0x100, 0x12f, IN_TURNS},
    {0x131, 0x131, 0},
    {0x134, 0x137, IN_TURNS},
    {0x138, 0x138, 0},
    {0x139, 0x13e, IN_TURNS},
    {0x141, 0x148, IN_TURNS},
    {0x14a, 0x177, IN_TURNS},
    {0x179, 0x17e, IN_TURNS},
    {0x1a0, 0x1a1, IN_TURNS},
    {0x1af, 0x1b0, IN_TURNS},
    {0x1cd, 0x1dc, IN_TURNS},
    {0x218, 0x21b, IN_TURNS},
    /* Greek */
    {0x386, 0x386, 38},
    {0x388, 0x38a, 37},
    {0x38c, 0x38c, 64},
    {0x38e, 0x38f, 63},
    {0x390, 0x390, 0},
    {0x391, 0x3a1, 32},
    {0x3a3, 0x3ab, 32},
    {0x3ac, 0x3ce, 0},
    /* Cyrillic */
    {0x400, 0x40f, 80},
    {0x410, 0x42f, 32},
    {0x430, 0x45f, 0},
    {0x48a, 0x4bf, IN_TURNS},
    {0x4d0, 0x52f, IN_TURNS},
    /* Armenian, Hebrew, Arabic */
    {0x531, 0x556, 48},
    {0x561, 0x586, 0},
    {0x5d0, 0x5ea, 0},
    {0x620, 0x63f, 0},
    {0x641, 0x64a, 0},
    {0x66e, 0x66f, 0},
    {0x671, 0x674, 0},
    {0x679, 0x6d3, 0},
    {0x6d5, 0x6d5, 0},
    /* Devanagari with its vowel signs, but no nukta; Thai, Georgian */
    {0x900, 0x93b, 0},
    {0x93d, 0x94f, 0},
    {0xe01, 0xe32, 0},
    {0xe34, 0xe3a, 0},
    {0xe40, 0xe4e, 0},
    {0x10d0, 0x10fa, 0},
    /* Vietnamese */
    {0x1e00, 0x1e95, IN_TURNS},
    {0x1ea0, 0x1eff, IN_TURNS},
    /* Japanese, Chinese, Korean */
    {0x3005, 0x3007, 0},
    {0x3041, 0x3096, 0},
    {0x309d, 0x309e, 0},
    {0x30a1, 0x30fa, 0},
    {0x30fc, 0x30fe, 0},
    {0x3400, 0x4dbf, 0},
    {0x4e00, 0x9fff, 0},
    {0xac00, 0xd7a3, 0},
    {0x20000, 0x2a6df, 0},
};

uint32_t letter_lower(uint32_t point)
{
    size_t i = 0;
    while (i < sizeof(ranges) / sizeof(ranges[0]) && point > ranges[i].last)
        i++;
    if (i == sizeof(ranges) / sizeof(ranges[0]) || point < ranges[i].first)
        return 0;
    if (ranges[i].up == IN_TURNS)
        return point + ((point - ranges[i].first) % 2 == 0);
    return point + ranges[i].up;
}
