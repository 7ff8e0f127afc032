/* SPDX-License-Identifier: ISC */
/* inventory: loads and checks every certificate that the configuration names.
 */
#ifndef CTL_CERTS_INVENTORY_H
#define CTL_CERTS_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/cert/cert.h"
#include "common/cert/due.h"
#include "common/config/config.h"
#include "common/name/hostname.h"
#include "ctl/acme/ari.h"

/* One chain and key of a host. A host has one item for each pair of its domain, in sequence. */
struct inventory_item {
    const char *domain; /* borrowed from the config */
    struct hostname host;
    char *path;     /* of the chain; owned */
    char *key_path; /* the same file, or that of the key; owned */
    bool managed;
    bool loaded; /* those below up to renewal_id hold something */
    bool covers; /* it is for the host's name */
    int64_t not_before;
    int64_t not_after;
    unsigned char fingerprint[CERT_FINGERPRINT];
    char *issuer;                /* printable ASCII; owned */
    char key[24];                /* "ECDSA 256" */
    char renewal_id[ARI_ID_MAX]; /* its ARI identifier; empty: it has none */
    enum due_health health;
    char *finding; /* a sentence, NULL when health is fine; owned */
};

struct inventory {
    struct inventory_item *items;
    size_t count;
    size_t errors;
    size_t warnings;
};

/* Reads and judges the certificates of all domains that are not broken; or, where only is not NULL,
 * of the one whose domain or host name that is. Returns 0, or -1 with why; *out is {0} then. */
int inventory_load(struct inventory *out, const struct config *config, const char *only,
                   int64_t now, struct error *why);
/* If run by root: what the server's user cannot read is an error, too. That user is the one that
 * [server] of the configuration at main_path names; see readas. Returns 0, or -1 with why. */
int inventory_judge_access(struct inventory *inventory, const char *main_path, struct error *why);

void inventory_free(struct inventory *inventory);

#endif
