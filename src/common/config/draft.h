/* SPDX-License-Identifier: ISC */
/* draft: what a load has gathered so far, as written, before anything is inherited. */
#ifndef COMMON_CONFIG_DRAFT_H
#define COMMON_CONFIG_DRAFT_H
#include "common/base/intern.h"
#include "common/config/config.h"
#include "common/policy/policy.h"

enum draft_kind {
    DRAFT_DEFAULTS, /* an error in it, or in a template, refuses the whole */
    DRAFT_TEMPLATE,
    DRAFT_DOMAIN,
};

/* What the keys of one section set. A line of 0: not set. */
struct draft_block {
    unsigned mode_line, max_age_line, policy_file_line, records_line;
    enum policy_mode mode;
    uint32_t max_age;
    bool records_off;
    const char *policy_file; /* pattern, absolute */
    const char **mx;
    unsigned *mx_lines;
    struct config_pair *pair_items;
    size_t mx_count, pair_count;
    const struct config_pairs *pairs; /* made of the items when the section ends */
};

/* A domain, a template, or [defaults]. */
struct draft_section {
    enum draft_kind kind;
    bool listed, broken; /* listed: a line of a list, not a section of an ini */
    bool guessed;        /* broken, and the name is not the one written, but the one meant */
    unsigned line, policy_line, order; /* order: in which it was read */
    const char *name, *file, *policy;  /* policy: the template that a domain names, or NULL */
    struct draft_block *block;         /* NULL: sets nothing */
};

struct draft_sections {
    struct draft_section *items;
    size_t count;
};

struct draft_path {
    const char *path; /* absolute */
    struct config_place place;
    struct draft_path *next;
};

struct draft {
    struct config *config; /* the settings, and the arena of what lives on */
    struct findings *said;
    struct arena scratch; /* of what goes with the draft */
    struct intern texts, scratch_texts, file_names, pattern_names;
    const char **files, **patterns, *directory; /* the config's; that of the main file, absolute */
    struct draft_section defaults;
    struct draft_sections templates, domains;
    struct draft_path *includes, *lists, *unread, *wide; /* by unread_note, reading_keep_pattern */
    struct config_place default_host_place;
    const struct config_context *context; /* or NULL */
    size_t unreadable_count;              /* of headers and list lines that name no domain */
    bool refused, out_of_memory;          /* refused: the whole is */
};

/* All below that return a pointer give NULL when out of memory, and the draft notes it. */
void *draft_alloc(struct draft *draft, struct arena *arena, size_t size);
/* Room for one item more than count: items, or a larger copy of it in the arena. */
void *draft_grow(struct draft *draft, struct arena *arena, void *items, size_t count, size_t size);
const char *draft_text(struct draft *draft, const char *text); /* lives as long as the config */
const char *draft_scratch_text(struct draft *draft, const char *text);
void draft_keep(struct draft *draft, struct draft_sections *sections, struct draft_section section);
/* Says an error in the section, which is broken by it. */
void draft_break(struct draft *draft, struct draft_section *section, unsigned line,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Adds a finding of lint at a line of the section, which is broken by it if that is an error. */
void draft_add(struct draft *draft, struct draft_section *section, unsigned line,
               const struct finding *found);
/* Says an error that refuses the whole. */
void draft_refuse(struct draft *draft, const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void draft_free(struct draft *draft); /* not the config, nor what was said */

#endif
