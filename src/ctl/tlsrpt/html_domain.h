/* SPDX-License-Identifier: ISC */
/* html_domain: one domain's part of a page: verdict, what to do, figure, failures, policy. */
#ifndef CTL_TLSRPT_HTML_DOMAIN_H
#define CTL_TLSRPT_HTML_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/advice.h"
#include "ctl/tlsrpt/tally_facts.h"

/* What a page must know of each domain. */
struct html_brief {
    const char *name; /* "": no report says for which domain; without a verdict then */
    enum advice_verdict verdict;
    bool has_mode;
    enum policy_mode mode;
    int newest_day; /* 0: none */
    int64_t successes, failures;
};

struct html_domain {
    const struct html_brief *brief;
    const struct tally_fact *facts;
    size_t count;
    struct advice advice;
};

/* What a verdict asks for, the most urgent first. */
enum html_need {
    HTML_NEED_ACTION,
    HTML_NEED_STEP, /* enforce is safe: the policy's mode may change */
    HTML_NEED_PATIENCE,
    HTML_NEED_NOTHING,
};
#define HTML_NEEDS 4
enum html_need html_domain_need(const struct html_brief *domain);

/* The verdict in a few words, with a mark and its colour. */
void html_domain_verdict(FILE *out, const struct html_brief *domain);

/* number: of its anchor, "d1". has_room: the page is small, so that all bars have numbers. Returns
 * 0, or -1 with why when out of memory. */
int html_domain_write(FILE *out, const struct html_domain *domain, size_t number, bool has_room,
                      struct error *why);

#endif
