/* SPDX-License-Identifier: ISC */
/* dns: asks a resolver, with DNSSEC validation. */
#ifndef CTL_NET_DNS_H
#define CTL_NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/network.h"
#include "ctl/net/dnsdata.h"

#define DNS_BOUND_S 10 /* a look-up that takes longer has failed */

/* The types that are asked for, by their numbers (RFC 1035, 3596, 6698, 8659). */
enum dns_type {
    DNS_A = 1,
    DNS_CNAME = 5,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_TLSA = 52,
    DNS_CAA = 257,
};

enum dns_outcome {
    DNS_FOUND,
    DNS_NO_NAME, /* NXDOMAIN */
    DNS_NO_DATA, /* the name is there, a record of this type is not */
    DNS_BOGUS,   /* DNSSEC validation failed */
    DNS_FAILED,  /* no answer in time, SERVFAIL or the like: nothing is known */
};

struct dns_record {
    const unsigned char *bytes; /* rdata in wire form, for dnsdata */
    size_t length;
};

struct dns_answer {
    enum dns_outcome outcome;
    bool secure; /* validated by DNSSEC, also an absence */
    uint32_t ttl_s;
    char canonical[DNSDATA_NAME_MAX]; /* where CNAMEs led to; empty where there was none */
    struct dns_record *records;       /* none unless found */
    size_t count;
    struct error why; /* a sentence unless found */
    void *held;       /* what the records lie in */
};

/* A resolver. Thread-safe. */
struct dns;

/* resolver: "ADDRESS" or "ADDRESS@PORT"; NULL: those of /etc/resolv.conf. anchors: a file of trust
 * anchors (DS or DNSKEY records); NULL: the root's that the system has, if the resolver passes
 * DNSSEC records on, and no validation otherwise. Returns 0, or -1 with why. */
int dns_open(struct dns **out, const char *resolver, const char *anchors, struct error *why);
void dns_close(struct dns *dns);

/* The sockets that a resolver has open at most, one for each question that is not answered yet:
 * a quarter of the descriptors there may be, and no more than unbound has by default. */
size_t dns_sockets(void);

/* Whether answers are validated at all. */
bool dns_validates(const struct dns *dns);

/* Asks, following CNAMEs, and waits for the answer, DNS_BOUND_S at most. The answer is the
 * caller's, to be freed whatever its outcome. name: without the root's dot. */
void dns_lookup(struct dns *dns, const char *name, enum dns_type type, struct dns_answer *out);
void dns_free(struct dns_answer *answer);

/* The addresses of a host, IPv6 and IPv4, in *out (the caller's, free(3)). The outcome is that of
 * the better answer: found if there is one address. why may be NULL. */
enum dns_outcome dns_addresses(struct dns *dns, const char *host, struct network_address **out,
                               size_t *count, struct error *why);

#endif
