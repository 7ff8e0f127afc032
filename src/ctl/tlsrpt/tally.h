/* SPDX-License-Identifier: ISC */
/* tally: takes TLS reports in, each once, and counts what came of each file. */
#ifndef CTL_TLSRPT_TALLY_H
#define CTL_TLSRPT_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/intern.h"
#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/seenset.h"
#include "ctl/tlsrpt/tally_facts.h"

struct tally_counts {
    size_t files;      /* that could be opened */
    size_t reports;    /* that were added */
    size_t duplicates; /* that were not, since the same had been */
    size_t known;      /* that were not, since an earlier run had taken them into the store */
    size_t outside;    /* that were not, since the filter left them out */
    size_t damaged;    /* files, mails and attachments that could not be read, in part or whole */
    size_t without;    /* mails without a report */
    size_t dmarc;      /* DMARC reports, which are left out */
    size_t unproven;   /* of the reports: came by mail without a signature that passed */
};

struct tally { /* {0} is valid and empty */
    struct tally_facts facts;
    struct tally_counts counts;
    struct seenset seen; /* contents; marked where they are unproven */
    struct seenset ids;  /* of organisation and id */
    struct intern texts;
    struct arena arena;
};

struct tally_filter {         /* {0} lets everything pass */
    const char *domain;       /* in lower case; its MX hosts pass as well */
    int since;                /* a day */
    const char *organisation; /* or who signed; in any letter case */
    const char *mx;
};

/* Whether a fact passes, but for the domain; and but for that and the days. */
bool tally_passes(const struct tally_fact *fact, const struct tally_filter *filter);
bool tally_passes_but_days(const struct tally_fact *fact, const struct tally_filter *filter);

enum tally_outcome {
    TALLY_ADDED,
    TALLY_KNOWN,   /* a report of the same content came before */
    TALLY_BEFORE,  /* an earlier run took it in: see taking */
    TALLY_OUTSIDE, /* nothing of it passes the filter */
    TALLY_FULL,    /* out of memory, or of room; why says it */
};

/* Adds a report, and counts the outcome; TALLY_FULL is counted as damaged. A report of the same
 * content that came without proof is replaced by one with proof, which is TALLY_KNOWN. Another
 * report with the same organisation and id is added, and *id_again set. */
enum tally_outcome tally_add(struct tally *tally, const struct report *report,
                             const struct tally_filter *filter, bool *id_again, struct error *why);

/* Makes tally_add know a report that was added elsewhere. Returns 0, or -1 when out of memory. */
int tally_recall(struct tally *tally, const struct report *report, bool unproven);

/* Whether tally_add or tally_recall had a report of that content. */
bool tally_has(const struct tally *tally, const struct report *report);

/* Forgets which reports came: nothing more is added. */
void tally_forget(struct tally *tally);

/* Leaves out the facts that do not pass. */
void tally_filter(struct tally *tally, const struct tally_filter *filter);

void tally_finish(struct tally *tally); /* once all is added */
void tally_free(struct tally *tally);

#endif
