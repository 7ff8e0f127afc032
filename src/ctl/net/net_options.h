/* SPDX-License-Identifier: ISC */
/* net_options: a verb's options for the resolver, the CAs and the port. */
#ifndef CTL_NET_NET_OPTIONS_H
#define CTL_NET_NET_OPTIONS_H

#include <getopt.h>

#include "ctl/net/dns.h"
#include "ctl/net/peer.h"

/* {0} is closed, with the system's resolver and CAs. */
struct net_options {
    const char *resolver;
    const char *anchors;
    const char *ca_file;
    unsigned port; /* of the policy hosts; 0: 443 */
    struct dns *dns;
    struct peer_trust *trust;
};

enum { NET_OPTION_RESOLVER = 512, NET_OPTION_ANCHORS, NET_OPTION_CA_FILE, NET_OPTION_PORT };

/* The rows of getopt_long's table. */
#define NET_OPTIONS_WORDS                                                                          \
    {"resolver", required_argument, NULL, NET_OPTION_RESOLVER},                                    \
        {"trust-anchors", required_argument, NULL, NET_OPTION_ANCHORS},                            \
        {"ca-file", required_argument, NULL, NET_OPTION_CA_FILE},                                  \
    {                                                                                              \
        "port", required_argument, NULL, NET_OPTION_PORT                                           \
    }

#define NET_OPTIONS_HELP                                                                           \
    "      --resolver ADDRESS[@PORT]\n"                                                            \
    "                      use this resolver, not those of /etc/resolv.conf\n"                     \
    "      --trust-anchors FILE\n"                                                                 \
    "                      validate DNSSEC with these trust anchors\n"                             \
    "      --ca-file FILE  trust the CAs in FILE (PEM), not the system's\n"                        \
    "      --port PORT     fetch policies from this port, not from 443\n"

/* Stores the value of one of these options. Returns 0, or SETUP_FAILED after printing why. */
int net_options_take(struct net_options *net, int option, const char *argument);

/* Returns 0, or -1 with why; what is open is closed in either case by net_options_close. */
int net_options_open(struct net_options *net, struct error *why);
void net_options_close(struct net_options *net);

#endif
