/* SPDX-License-Identifier: ISC */
/* keyword: suggests the known word that a misspelt one was meant to be. */
#ifndef COMMON_CONFIG_KEYWORD_H
#define COMMON_CONFIG_KEYWORD_H

#include <stddef.h>

/* {.word = ...}, then keyword_consider for each known word; best is NULL when none is near. */
struct keyword {
    const char *word;
    const char *best; /* borrowed from what was considered */
    size_t distance;  /* of best */
};

/* Near is: the same but for letter case and - for _, or at most two letters wrong, left out, added
 * or exchanged. */
void keyword_consider(struct keyword *search, const char *known);

#endif
