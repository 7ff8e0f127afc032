/* SPDX-License-Identifier: ISC */
/* keyword: suggests the known word that a misspelt one was meant to be. */
#include "common/config/keyword.h"

#include <ctype.h>
#include <string.h>

#define LONGEST 40 /* letters of a word that is compared at all */

static char fold(char c)
{
    return c == '-' || c == ' ' ? '_' : (char)tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to change, add, leave out or exchange with the next (optimal string alignment). */
static size_t distance_between(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t cost[LONGEST + 1][LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        cost[i][0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = fold(a[i - 1]) != fold(b[j - 1]);
            cost[i][j] =
                least(cost[i - 1][j - 1] + change, least(cost[i - 1][j] + 1, cost[i][j - 1] + 1));
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]))
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a_length][b_length];
}

void keyword_consider(struct keyword *search, const char *known)
{
    size_t length = strlen(search->word);
    size_t known_length = strlen(known);
    if (length > LONGEST || known_length > LONGEST)
        return;
    size_t distance = distance_between(search->word, length, known, known_length);
    if (distance > 2 || distance * 2 > known_length)
        return;
    if (search->best == NULL || distance < search->distance) {
        search->best = known;
        search->distance = distance;
    }
}
