/* SPDX-License-Identifier: ISC */
/* order: what the command line of the verb tlsrpt asks for. */
#ifndef CTL_TLSRPT_ORDER_H
#define CTL_TLSRPT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/name/hostname.h"
#include "ctl/tlsrpt/tally.h"
#include "ctl/tlsrpt/totals.h"

enum order_format {
    ORDER_TEXT,
    ORDER_JSON,
    ORDER_CSV,
    ORDER_METRICS,
};

struct order {
    struct tally_filter filter;
    struct totals_shown shown;
    enum order_format format;
    int64_t now;             /* seconds since the epoch */
    const char *store;       /* a path, or NULL */
    unsigned keep;           /* days; 0: as many as the store does */
    bool takes_mailbox;      /* also what [tlsrpt] mailbox names */
    const char *config_path; /* NULL: SETUP_CONFIG, if it exists */
    const char *page;        /* NULL: none is written */
    struct hostname domain;  /* of the filter */
    unsigned sinces, formats;
};

/* Reads the options; the files begin at optind. Returns OPTIONS_READ, or the exit status after
 * printing why. */
int order_read(struct order *out, int argc, char **argv, int64_t now);

#endif
