/* SPDX-License-Identifier: ISC */
/* site: the table of policy hosts, built from a configuration, never changed, and replaced as a
 * whole. */
#ifndef DAEMON_HOSTS_SITE_H
#define DAEMON_HOSTS_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config/config.h"
#include "common/name/hostname.h"

/* What one policy host serves. Borrowed from the table. */
struct site {
    const char *domain;                 /* without "mta-sts." */
    const struct config_policy *policy; /* the bytes of the answer */
    const struct config_pairs *pairs;   /* patterns of its certificates, in order of preference */
    bool managed;                       /* [acme] orders the first of them */
};

struct site_table;

/* Takes the domains of config that are not broken; each broken one that old (may be NULL) serves
 * keeps what it has there, copied. The table consumes config (sets *config to NULL) and holds the
 * only reference. NULL when out of memory; *config is untouched then. */
struct site_table *site_table_build(struct config **config, const struct site_table *old);

struct site_table *site_table_ref(struct site_table *table);
void site_table_unref(struct site_table *table);

/* The settings that the table was built with; lent. */
const struct config_server *site_table_server(const struct site_table *table);
const struct config *site_table_config(const struct site_table *table);

size_t site_table_count(const struct site_table *table);
/* How many sites of old are not in the new table. */
size_t site_table_removed(const struct site_table *table, const struct site_table *old);

/* The site of that number, in the order of the domains' names; NULL: there are no more. Lent. */
const struct site *site_table_at(const struct site_table *table, size_t number);

/* The site of a policy host ("mta-sts.example.com"), or NULL. Lent by the table. */
const struct site *site_find(const struct site_table *table, const struct hostname *policy_host);

#endif
