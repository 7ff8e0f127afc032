/* SPDX-License-Identifier: ISC */
/* hostfetch: fetches a policy from one address of its host, on port 443 or another. */
#include "ctl/net/hostfetch.h"

#include <stdio.h>

int hostfetch(struct fetch *out, const char *host, const struct network_address *address,
              unsigned port, const struct peer_trust *trust)
{
    char place[NETWORK_TEXT_MAX], to[NETWORK_TEXT_MAX + 16];
    network_address_text(address, place);
    snprintf(to, sizeof(to), network_address_is_v4(address) ? "%s:%u" : "[%s]:%u", place, port);
    const struct fetch_request request = {
        .host = host,
        .address = address,
        .connect_to = port != 0 ? to : NULL,
        .trust = trust,
    };
    return fetch_policy(out, &request);
}
