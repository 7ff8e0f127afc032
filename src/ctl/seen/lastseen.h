/* SPDX-License-Identifier: ISC */
/* lastseen: which policies of which domains were fetched when, and by whom. */
#ifndef CTL_SEEN_LASTSEEN_H
#define CTL_SEEN_LASTSEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/senders/sender_agent.h"
#include "ctl/seen/logline.h"

#define LASTSEEN_NONE UINT32_MAX /* no policy */
/* A policy of one domain. Times are seconds since the epoch; 32 bits, as there are many. */
struct lastseen_policy {
    unsigned char id[LOGLINE_ID_BYTES];
    uint8_t mode; /* enum policy_mode */
    uint32_t max_age;
    uint32_t last;     /* its last fetch, by anybody */
    uint32_t replaced; /* the first fetch of another policy after that; 0: there is none */
    uint32_t next;     /* of the domain, or LASTSEEN_NONE */
};

/* What a family fetched last; time 0: nothing. */
struct lastseen_family {
    uint32_t time;
    uint32_t policy;
};

struct lastseen_domain {
    uint32_t first;    /* the first fetch, of any policy */
    uint32_t newest;   /* the last one */
    uint32_t policies; /* the policy that was fetched last, then its next */
    struct lastseen_family families[SENDER_AGENT_FAMILIES];
    char name[];
};

/* Of the table of names. The tag, of the hash, keeps most others from being looked at. */
struct lastseen_slot {
    struct lastseen_domain *domain; /* NULL: the slot is empty */
    uint32_t tag;
    uint32_t length; /* of the name */
};

/* {0} is empty. */
struct lastseen {
    struct arena arena; /* of the domains */
    struct lastseen_domain **domains;
    uint32_t domain_count;
    struct lastseen_policy *policies;
    uint32_t policy_count;
    struct lastseen_slot *slots; /* open addressing */
    size_t slot_count;
    uint64_t seed;
    const char *only; /* NULL: each domain is kept; borrowed */
};

/* Whether a domain's fetches are kept. */
bool lastseen_takes(const struct lastseen *lastseen, struct span domain);

/* Adds a fetch of such a domain. hash: of its name; time: when it was at the latest. Returns 0, or
 * -1 with why. */
uint64_t lastseen_hash(struct lastseen *lastseen, struct span domain);
int lastseen_add(struct lastseen *lastseen, const struct logline *fetch, uint64_t hash,
                 int64_t time, struct error *why);

/* Asks for memory that lastseen_add will need, in steps from 0 on, some time apart. */
#define LASTSEEN_WARM_STEPS 3
void lastseen_warm(const struct lastseen *lastseen, uint64_t hash, unsigned step);

/* Lent; NULL: nobody fetched it. */
const struct lastseen_domain *lastseen_find(const struct lastseen *lastseen, const char *domain);

void lastseen_sort(struct lastseen *lastseen); /* by name */
void lastseen_free(struct lastseen *lastseen);

#endif
