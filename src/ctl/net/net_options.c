/* SPDX-License-Identifier: ISC */
/* net_options: a verb's options for the resolver, the CAs and the port. */
#include "ctl/net/net_options.h"

#include <assert.h>

#include "ctl/base/setup.h"

int net_options_take(struct net_options *net, int option, const char *argument)
{
    switch (option) {
    case NET_OPTION_RESOLVER:
        net->resolver = argument;
        return 0;
    case NET_OPTION_ANCHORS:
        net->anchors = argument;
        return 0;
    case NET_OPTION_CA_FILE:
        net->ca_file = argument;
        return 0;
    default:
        assert(option == NET_OPTION_PORT);
        return setup_number(&net->port, argument, 1, 65535)
                   ? 0
                   : setup_fail("--port must be a number from 1 to 65535");
    }
}

int net_options_open(struct net_options *net, struct error *why)
{
    if (dns_open(&net->dns, net->resolver, net->anchors, why) != 0)
        return -1;
    return peer_trust_open(&net->trust, net->ca_file, why);
}

void net_options_close(struct net_options *net)
{
    dns_close(net->dns);
    peer_trust_close(net->trust);
    net->dns = NULL;
    net->trust = NULL;
}
