/* SPDX-License-Identifier: ISC */
/* draft: a configuration while it is loaded, before anything is inherited. */
#ifndef COMMON_CONFIG_DRAFT_H
#define COMMON_CONFIG_DRAFT_H

#include "common/base/intern.h"
#include "common/config/config_load.h"
#include "common/config/draft_section.h"

struct draft_path {
    const char *path; /* absolute */
    struct config_place place;
    struct draft_path *next;
};

#define DRAFT_RECENT 64

struct draft {
    const struct config_source *source; /* borrowed */
    struct config *config;              /* the settings, and the arena of what lives on */
    struct findings *said;
    struct arena scratch; /* of what is freed with the draft */
    struct intern texts;  /* in the config's arena */
    struct intern scratch_texts;
    struct intern file_names;
    struct intern pattern_names;
    const char *recent[DRAFT_RECENT]; /* values of mx, by their hash; NULL: none */
    const char **patterns;            /* those of the config, while the list grows */
    const char *directory;            /* of the main file, absolute */
    struct draft_section defaults;
    struct draft_sections templates;
    struct draft_sections domains;
    struct draft_path *includes;
    struct draft_path *lists;
    struct draft_path *unread; /* see unread_note */
    struct draft_path *wide;   /* patterns directly below a directory of the system */
    struct config_place default_host_place;
    size_t unreadable_count; /* of headers and list lines that name no domain */
    bool refused;            /* the whole configuration is */
    bool out_of_memory;
};

/* Functions below that return a pointer return NULL when out of memory; the draft notes that. */

void *draft_alloc(struct draft *draft, struct arena *arena, size_t size);

/* Returns an array of count items with space for one more: items, or a larger copy in the arena. */
void *draft_grow(struct draft *draft, struct arena *arena, void *items, size_t count, size_t size);

const char *draft_text(struct draft *draft, const char *text); /* lives as long as the config */
const char *draft_scratch_text(struct draft *draft, const char *text);

void draft_keep(struct draft *draft, struct draft_sections *sections, struct draft_section section);

/* Adds the path, of a file or a directory, to the config's files, unless it is among them. */
void draft_keep_file(struct draft *draft, const char *path);

/* The same for a pattern of paths, named at the place, and the config's patterns. */
void draft_keep_pattern(struct draft *draft, const char *pattern, struct config_place place);

/* Reports an error in the section and marks it as broken. */
void draft_break(struct draft *draft, struct draft_section *section, unsigned line,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds a finding of lint at a line of the section; an error marks the section as broken. */
void draft_add(struct draft *draft, struct draft_section *section, unsigned line,
               const struct finding *found);

/* Reports an error that refuses the whole configuration. */
void draft_refuse(struct draft *draft, const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void draft_free(struct draft *draft); /* neither the config nor the findings */

#endif
