/* SPDX-License-Identifier: ISC */
/* proposal: a proposed policy for a domain, with notes about it. */
#ifndef CTL_GENERATE_PROPOSAL_H
#define CTL_GENERATE_PROPOSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/policy/policy.h"

/* {.domain = ...} is valid and empty. */
struct proposal {
    const char *domain; /* borrowed: a host name in lower case */
    enum policy_mode mode;
    uint32_t max_age;
    char **mx; /* owned; clean patterns in lower case, each once */
    size_t mx_count;
    char **notes; /* owned; printable sentences for the admin */
    size_t note_count;
    bool failed; /* nothing is proposed: why says the reason */
    struct error why;
};

/* Adds a pattern; fails for an invalid MX pattern, so that no other data from DNS gets into a file.
 * Returns 0, or -1 with why. */
int proposal_add_mx(struct proposal *proposal, const char *pattern, struct error *why);

/* Adds a note, made printable. It is lost when out of memory. */
void proposal_note(struct proposal *proposal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Marks the proposal as failed; returns -1. */
int proposal_fail(struct proposal *proposal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The policy's bytes as the server makes them, free(3); NULL when out of memory. */
char *proposal_render(const struct proposal *proposal, size_t *length);

/* Judges the values by the server's rules: errors fail the proposal, warnings become notes. */
void proposal_judge(struct proposal *proposal);

void proposal_free(struct proposal *proposal);

#endif
