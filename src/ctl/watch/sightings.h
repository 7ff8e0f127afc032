/* SPDX-License-Identifier: ISC */
/* sightings: what one run of the drift watch saw over all domains, and what it could not see. */
#ifndef CTL_WATCH_SIGHTINGS_H
#define CTL_WATCH_SIGHTINGS_H

#include "common/base/arena.h"
#include "common/base/intern.h"
#include "ctl/watch/drift.h"

/* A drift by its key, "DOMAIN KIND WHERE". */
struct sighting {
    struct drift drift;
    const char *key;
    const char **domains; /* that were seen to have it; sorted, each once */
    size_t domain_count;
};

struct sightings_domain {
    const char *name;
    unsigned unknown; /* the kinds of drift of which nothing was learnt: 1 << kind */
    bool is_dark;     /* no look-up was answered */
};

/* An address that was connected to. */
struct sightings_place {
    const char *mx; /* the MX host; NULL: it is a policy host's */
    const char *address;
    bool connected;
    bool refused; /* so there is a network */
};

/* {0} is valid and empty. */
struct sightings {
    struct sighting *items;
    size_t count;
    struct sightings_domain *domains;
    size_t domain_count;
    struct sightings_place *places;
    size_t place_count;
    size_t route_less; /* drifts left out, as this machine has no route to the IPv6 address */
    bool mx_unknown;   /* the MX records of some domain were not learnt */
    bool failed;       /* out of memory */
    struct arena arena;
    struct intern texts;
};

void sightings_free(struct sightings *all);

/* Each copies what it is given. The domain: one that has the drift, where drift->domain is "*". */
void sightings_add(struct sightings *all, const struct drift *drift, const char *domain);
void sightings_add_domain(struct sightings *all, const struct sightings_domain *domain);
void sightings_add_place(struct sightings *all, const struct sightings_place *place);

/* Sorts all three, and merges what has one key: the worst counts, and its domains are those of all.
 * A place that was connected to once is connected. Returns 0, or -1 when out of memory. */
int sightings_settle(struct sightings *all);

/* After that: by its name; NULL: it was not in this run. */
const struct sightings_domain *sightings_find(const struct sightings *all, const char *name);

/* After that: whether the MX host was connected to, or at least tried, at any address. */
bool sightings_has_mx(const struct sightings *all, const char *host, size_t length);

#endif
