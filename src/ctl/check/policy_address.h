/* SPDX-License-Identifier: ISC */
/* policy_address: the policy host at one of its addresses, and what it answered there. */
#ifndef CTL_CHECK_POLICY_ADDRESS_H
#define CTL_CHECK_POLICY_ADDRESS_H

#include <stdbool.h>

#include "common/base/network.h"
#include "ctl/net/fetch.h"

struct policy_address {
    char text[NETWORK_TEXT_MAX * 4]; /* the address, or "HOST:PORT" of --connect */
    struct network_address address;  /* none with --connect */
    const char *scope;               /* of network_address_scope */
    bool is_v4;
    bool left_out; /* not tried: see reach */
    struct fetch fetch;
    struct fetch tls12;       /* the handshake alone, at TLS 1.2; {0}: not tried */
    struct fetch other_keys;  /* and for a certificate of the other kind of key */
    bool unknown_name_served; /* it accepted TLS for a name that it does not serve */
};

#endif
