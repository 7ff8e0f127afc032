/* SPDX-License-Identifier: ISC */
/* issuer: runs the ACME client (uacme) and interprets its result. */
#ifndef CTL_ACME_ISSUER_H
#define CTL_ACME_ISSUER_H

#include "common/base/error.h"
#include "common/config/config.h"
#include "ctl/base/child.h"

#define ISSUER_BOUND_S 300 /* an order that takes longer is stopped */

enum issuer_ending {
    ISSUER_DONE,
    ISSUER_FAILED,     /* this order failed; others may succeed */
    ISSUER_STUMBLED,   /* the client stopped at an unknown challenge; a new order may not have it */
    ISSUER_NO_CA,      /* the CA cannot be reached; do not try others now */
    ISSUER_NO_ACCOUNT, /* the CA does not know our account */
    ISSUER_NO_CLIENT,  /* the client cannot be run */
};

/* Creates the state directory. Fails if no order could succeed: a hook that cannot be executed, no
 * challenge directory. Passes that directory to the hook in the environment. */
int issuer_prepare(const struct config_acme *acme, struct error *why);

/* Registers our account at the CA of acme->directory, unless that was done before. Waits for the
 * client. Returns 0, or -1 with why. */
int issuer_need_account(const struct config_acme *acme, struct error *why);

/* Starts an order for the host. On success the certificate is in the state directory. */
int issuer_start(struct child *out, const struct config_acme *acme, const char *host,
                 struct error *why);

/* The result of the ended child; sets why unless it is ISSUER_DONE. */
enum issuer_ending issuer_judge(const struct config_acme *acme, const struct child *child,
                                struct error *why);

#endif
