/* SPDX-License-Identifier: ISC */
/* outside: whom a verb asks: the resolver and the CAs, as its options name them. */
#include "ctl/net/net_options.h"

#include <assert.h>

#include "ctl/base/setup.h"

int outside_take(struct outside *outside, int option, const char *argument)
{
    switch (option) {
    case OUTSIDE_RESOLVER:
        outside->resolver = argument;
        return 0;
    case OUTSIDE_ANCHORS:
        outside->anchors = argument;
        return 0;
    case OUTSIDE_CA_FILE:
        outside->ca_file = argument;
        return 0;
    default:
        assert(option == OUTSIDE_PORT);
        return setup_number(&outside->port, argument, 1, 65535)
                   ? 0
                   : setup_fail("--port is a number from 1 to 65535");
    }
}

int outside_open(struct outside *outside, struct error *why)
{
    if (dns_open(&outside->dns, outside->resolver, outside->anchors, why) != 0)
        return -1;
    return peer_trust_open(&outside->trust, outside->ca_file, why);
}

void outside_close(struct outside *outside)
{
    dns_close(outside->dns);
    peer_trust_close(outside->trust);
    outside->dns = NULL;
    outside->trust = NULL;
}
