/* SPDX-License-Identifier: ISC */
/* outside: whom a verb asks: the resolver and the CAs, as its options name them. */
#ifndef CTL_NET_OUTSIDE_H
#define CTL_NET_OUTSIDE_H

#include <getopt.h>

#include "ctl/net/dns.h"
#include "ctl/net/peer.h"

/* {0} is closed, with the system's resolver and CAs. */
struct outside {
    const char *resolver;
    const char *anchors;
    const char *ca_file;
    unsigned port; /* of the policy hosts; 0: 443 */
    struct dns *dns;
    struct peer_trust *trust;
};

enum { OUTSIDE_RESOLVER = 512, OUTSIDE_ANCHORS, OUTSIDE_CA_FILE, OUTSIDE_PORT };

/* The rows of getopt_long's table. */
#define OUTSIDE_OPTIONS                                                                            \
    {"resolver", required_argument, NULL, OUTSIDE_RESOLVER},                                       \
        {"trust-anchors", required_argument, NULL, OUTSIDE_ANCHORS},                               \
        {"ca-file", required_argument, NULL, OUTSIDE_CA_FILE},                                     \
    {                                                                                              \
        "port", required_argument, NULL, OUTSIDE_PORT                                              \
    }

#define OUTSIDE_HELP                                                                               \
    "      --resolver ADDRESS[@PORT]\n"                                                            \
    "                      use this resolver, not those of /etc/resolv.conf\n"                     \
    "      --trust-anchors FILE\n"                                                                 \
    "                      validate DNSSEC with these trust anchors\n"                             \
    "      --ca-file FILE  trust the CAs in FILE (PEM), not the system's\n"                        \
    "      --port PORT     fetch policies from this port, not from 443\n"

/* Keeps what one of these options says. Returns 0, or SETUP_FAILED, having said why. */
int outside_take(struct outside *outside, int option, const char *argument);

/* Returns 0, or -1 with why; what is open is closed in either case by outside_close. */
int outside_open(struct outside *outside, struct error *why);
void outside_close(struct outside *outside);

#endif
