/* SPDX-License-Identifier: ISC */
/* told: remembers what is in trouble, since when, and when that was last told; kept on disk, so
 * that runs of a timer do not tell the same again and again. */
#ifndef CTL_BASE_TOLD_H
#define CTL_BASE_TOLD_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

#define TOLD_NEW_S   86400 /* told_note: told in each run for so long */
#define TOLD_AGAIN_S 82800 /* then once a day, allowing for a timer's random delay */

/* {0} is empty, and can be neither noted in nor saved. */
struct told {
    char path[PATH_MAX];
    json_t *root;
    json_t *seen; /* the keys of this run's told_see */
};

/* Reads directory/told.json. A missing or damaged file is an empty one. Returns 0, or -1 with why
 * when out of memory. */
int told_load(struct told *out, const char *directory, struct error *why);
void told_free(struct told *told);

/* Writes the file. Returns 0, or -1 with why. */
int told_save(const struct told *told, struct error *why);

/* ---- Trouble that is told again each day, by the name of a host. */

/* Records that the key is in trouble, at this stage; a higher one is worse. Returns whether to tell
 * it: always during the first day, then once a day, and when the stage gets worse. */
bool told_note(struct told *told, const char *key, int stage, int64_t now);

/* Whether the key has been in trouble for more than a day. */
bool told_is_old(const struct told *told, const char *key, int64_t now);

/* The key is no longer in trouble. */
void told_end(struct told *told, const char *key);
/* Removes what has not been in trouble for two days. */
void told_forget(struct told *told, int64_t now);

/* ---- Trouble that is told when it begins and when it ends. */

struct told_trouble {
    const char *key;
    int stage;        /* a higher one is worse */
    bool passes;      /* it may pass by itself: told only if the next run has it, too */
    const char *rule; /* these two come back when it ends; NULL: none */
    const char *text;
};

enum told_news {
    TOLD_NOT_YET, /* the next run may tell it */
    TOLD_BEFORE,
    TOLD_BEGAN, /* to be told now */
    TOLD_WORSE, /* to be told now, as it was told at a lower stage */
};

/* Records what this run has seen, once for each key, and since when (since may be NULL). */
enum told_news told_see(struct told *told, const struct told_trouble *trouble, int64_t now,
                        int64_t *since);

struct told_entry {
    const char *key, *rule, *text; /* empty: not known */
    int64_t since;
    bool is_said; /* its begin was told */
    int stage;
};

/* Whether the trouble is over, rather than that nothing is known of it. */
typedef bool told_judge(void *context, const struct told_entry *entry);

/* Asks it of each key that this run has not seen, and removes those that are over. */
void told_sweep(struct told *told, told_judge *is_over, void *context);

#endif
