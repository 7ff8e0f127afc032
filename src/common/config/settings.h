/* SPDX-License-Identifier: ISC */
/* settings: the keys of [server], [acme], [dns], [tlsrpt] and [watch], one row of a table each. */
#ifndef COMMON_CONFIG_SETTINGS_H
#define COMMON_CONFIG_SETTINGS_H

#include "common/config/draft.h"

enum settings_section {
    SETTINGS_SERVER,
    SETTINGS_ACME,
    SETTINGS_DNS, /* for mta-stsctl, as are the next */
    SETTINGS_TLSRPT,
    SETTINGS_WATCH,
};

/* Whether errors in the section refuse nothing. */
bool settings_are_harmless(enum settings_section section);

/* Reports an error in the section. It refuses the whole configuration, unless the server does not
 * use the section: then the finding has its rule, CONFIG_RULE_DNS and the like. */
void settings_refuse(struct draft *draft, enum settings_section section, struct config_place place,
                     const char *sentence);

#define SETTINGS_KEYS_MAX 32 /* of one section */

/* Of the section at hand: where each key stood first. {0} before its first key. */
struct settings_seen {
    unsigned lines[SETTINGS_KEYS_MAX];
};

/* Writes the built-in values into the draft's config. */
void settings_begin(struct draft *draft);

/* Takes one key and its value; says what is wrong with it. */
void settings_set(struct draft *draft, enum settings_section section, struct settings_seen *seen,
                  struct config_place place, const char *key, const char *value);

/* The section that began at place has no more keys: judges what they are together. */
void settings_finish(struct draft *draft, enum settings_section section,
                     const struct settings_seen *seen, struct config_place place);

/* All files are read: fills in the built-in lists where none was set. */
void settings_end(struct draft *draft);

#endif
