/* SPDX-License-Identifier: ISC */
/* draft_section: a section of an ini, or a line of a list, as it is written. */
#ifndef COMMON_CONFIG_DRAFT_SECTION_H
#define COMMON_CONFIG_DRAFT_SECTION_H

#include "common/config/config.h"
#include "common/policy/policy.h"

enum draft_kind {
    DRAFT_DEFAULTS, /* an error in it, or in a template, refuses the whole configuration */
    DRAFT_TEMPLATE,
    DRAFT_DOMAIN,
};

/* What the keys of one section set. A line of 0: not set. */
struct draft_block {
    unsigned mode_line;
    unsigned max_age_line;
    unsigned policy_file_line;
    unsigned records_line;
    enum policy_mode mode;
    uint32_t max_age;
    unsigned mx_count;
    bool records_off;
    const char *policy_file; /* pattern, absolute */
    const char **mx;
    unsigned *mx_lines;
    struct config_pairs *pairs; /* NULL: none; the config's when the section ends */
};

/* A domain, a template, or [defaults]. Small, as there may be a million. */
struct draft_section {
    enum draft_kind kind : 8;
    bool listed : 1;  /* a line of a list, not a section of an ini */
    bool broken : 1;  /* an error was found in it */
    bool guessed : 1; /* broken, and the name is not the one written, but the one meant */
    unsigned order;   /* in which it was read */
    unsigned line;    /* of its header */
    unsigned policy_line;
    const char *file;          /* where it is written */
    const char *name;          /* of the domain or template */
    const char *policy;        /* the template that a domain names, or NULL */
    struct draft_block *block; /* NULL: sets nothing */
};

struct draft_sections {
    struct draft_section *items;
    size_t count;
};

#endif
