/* SPDX-License-Identifier: ISC */
/* precheck: checks what a CA would find for a host now: addresses, CAA records, and which server
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

/* All borrowed, and shared by all hosts. */
struct precheck_params {
    struct dns *dns;
    const struct config_acme *acme;
    const struct directory *directory;
    const struct reach *reach; /* NULL: any address is checked */
    unsigned port;             /* that the CA will connect to */
};

enum precheck_ending {
    PRECHECK_READY,
    PRECHECK_NOT_YET, /* a retry in seconds may help: DNS, a server that has not loaded the host yet
                       */
    PRECHECK_NOT_READY, /* the operator must act */
};

/* A running check, on its own thread. */
struct precheck;

/* Returns NULL with why if it cannot be started. */
struct precheck *precheck_start(const struct precheck_params *params, const struct hostname *host,
                                struct error *why);

/* Never waits. */
bool precheck_has_ended(const struct precheck *precheck);

/* Waits for the check to end, which takes seconds; with stop, it skips the remaining steps. Leaves
 * nothing in the challenge directory. Frees precheck. Sets why; of a host that is ready, to what
 * may make the CA refuse all the same, or to nothing. */
enum precheck_ending precheck_end(struct precheck *precheck, bool stop, struct error *why);

#endif
