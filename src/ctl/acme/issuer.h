/* SPDX-License-Identifier: ISC */
/* issuer: what is asked of the ACME client (uacme), and what its answers mean. */
#ifndef CTL_ACME_ISSUER_H
#define CTL_ACME_ISSUER_H

#include "common/base/error.h"
#include "common/config/config.h"
#include "ctl/acme/child.h"

#define ISSUER_BOUND_S 300 /* an order that takes longer is ended */

enum issuer_ending {
    ISSUER_DONE,
    ISSUER_FAILED,     /* this order failed; others need not */
    ISSUER_STUMBLED,   /* at a challenge that it does not know; the next order may have another */
    ISSUER_NO_CA,      /* the CA cannot be reached, so others need not be tried now */
    ISSUER_NO_ACCOUNT, /* the CA does not know our account */
    ISSUER_NO_CLIENT,  /* the client cannot be run */
};

/* Makes the directory of the state, and refuses what no order could come through: a hook that
 * cannot be run, no directory for challenges. Tells the hook by the environment where that is. */
int issuer_prepare(const struct config_acme *acme, struct error *why);

/* Sees to it that the CA at acme->directory knows our account: asks it once, and remembers. Waits
 * for the client. Returns 0, or -1 with why. */
int issuer_need_account(const struct config_acme *acme, struct error *why);

/* Starts an order for the host. The certificate is in the state's directory afterwards. */
int issuer_start(struct child *out, const struct config_acme *acme, const char *host,
                 struct error *why);

/* What the ended child achieved; why has a sentence unless it is ISSUER_DONE. */
enum issuer_ending issuer_judge(const struct config_acme *acme, const struct child *child,
                                struct error *why);

/* The same of an exit status and words. Pure. */
enum issuer_ending issuer_read(const struct config_acme *acme, int status, const char *words,
                               struct error *why);

#endif
