/* SPDX-License-Identifier: ISC */
/* config: a loaded configuration, as mta-stsd.ini(5) describes it: settings and domains. */
#ifndef COMMON_CONFIG_CONFIG_H
#define COMMON_CONFIG_CONFIG_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/config/config_client.h"
#include "common/config/config_server.h"
#include "common/config/filelist.h"

/* A certificate and its key, as patterns with %h and %d. */
struct config_pair {
    const char *certificate;
    const char *private_key; /* NULL: in the certificate's file */
    struct config_place place;
};

#define CONFIG_PAIRS_MAX 4 /* of one host: ECDSA and RSA, and two to spare */

struct config_pairs {
    size_t count;
    struct config_pair items[];
};

/* A policy's bytes as served; equal ones are one object. */
struct config_policy {
    size_t length;
    bool lowered; /* an mx of the configuration has capitals, which the bytes do not have */
    char bytes[];
};

struct config_domain {
    const char *name;                   /* in lower case; policy host is "mta-sts." and this */
    const struct config_policy *policy; /* NULL when broken */
    const struct config_pairs *pairs;   /* NULL when broken */
    const char *file;                   /* where its section or list line is */
    unsigned line;
    bool broken;          /* an error took it out; it may have a last good state */
    bool own_certificate; /* it set its own pairs: never managed by [acme] */
    bool records_off;     /* its `_mta-sts` record is to be away: see [dns] */
};

struct config {
    struct config_server server;
    struct config_acme acme;
    struct config_dns dns;
    struct config_tlsrpt tlsrpt;
    struct config_watch watch;
    struct config_domain *domains; /* sorted by name, each name once */
    size_t domain_count;
    size_t served_count;    /* domains without an error */
    size_t broken_count;    /* with one, and the nameless */
    size_t nameless_count;  /* whose names cannot be read: not among domains */
    struct filelist *files; /* what was read; the config's own reference */
    /* Each pattern of a certificate, key or policy file, absolute, once. */
    const char *const *patterns;
    size_t pattern_count;
    struct arena arena; /* holds all that is borrowed above */
};

/* NULL may be freed. */
void config_free(struct config *config);

/* Whether [acme] orders the domain's first certificate: accept_terms = yes and renew = auto, no
 * certificate of the domain's own, one file for chain and key, and another path for each domain. */
bool config_is_managed(const struct config *config, const struct config_domain *domain);

/* Writes the paths of the pair's two files for the domain, which is one of a config: it was
 * checked, so that no path leaves its directory. key_path: of the private key, the same as
 * chain_path where one file holds both. Returns 0, or -1 where a path is too long. */
int config_pair_paths(char chain_path[PATH_MAX], char key_path[PATH_MAX],
                      const struct config_pair *pair, const char *domain);

#endif
