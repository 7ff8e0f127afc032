/* SPDX-License-Identifier: ISC */
/* precheck: what a CA would find if it were asked for a host now: addresses, CAA records, and who
 * answers the challenge. */
#ifndef CTL_ACME_PRECHECK_H
#define CTL_ACME_PRECHECK_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/name/hostname.h"
#include "ctl/acme/directory.h"
#include "ctl/net/dns.h"
#include "ctl/net/reach.h"

/* All borrowed, and the same for each host. */
struct precheck_params {
    struct dns *dns;
    const struct config_acme *acme;
    const struct directory *directory;
    const struct reach *reach; /* NULL: any address is looked at */
    unsigned port;             /* that the CA will ask */
};

enum precheck_ending {
    PRECHECK_READY,
    PRECHECK_NOT_YET, /* and seconds may change that: DNS, a server that has not loaded the host */
    PRECHECK_NOT_READY, /* and somebody has to do something */
};

/* One under way, on a thread of its own. */
struct precheck;

/* NULL with why when it cannot be begun. */
struct precheck *precheck_start(const struct precheck_params *params, const struct hostname *host,
                                struct error *why);

/* Never waits. */
bool precheck_has_ended(const struct precheck *precheck);

/* Waits for its end, which comes within seconds; told to stop, it takes no further step. Nothing is
 * left in the directory of challenges. Frees it. why has a sentence unless the host is ready. */
enum precheck_ending precheck_end(struct precheck *precheck, bool stop, struct error *why);

#endif
