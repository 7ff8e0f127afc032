/* SPDX-License-Identifier: ISC */
/* reach: decides which addresses from DNS are contacted when no user named the domain. */
#include "ctl/net/reach.h"

#include <ifaddrs.h>
#include <stddef.h>
#include <string.h>

static bool is_same(const struct network_address *a, const struct network_address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* 0.0.0.0 means the IPv4 addresses of this machine, :: those of both families. */
static bool stands_for(const struct network_address *listener, bool v4)
{
    const struct network_address none = {{0}};
    const struct network_address none_v4 = {{[10] = 0xff, [11] = 0xff}};
    return is_same(listener, v4 ? &none_v4 : &none);
}

static bool is_of_this_machine(const struct network_address *address)
{
    struct ifaddrs *all;
    bool found = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *one = all; one != NULL && !found; one = one->ifa_next) {
        if (one->ifa_addr == NULL ||
            (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6))
            continue;
        struct network_address own = network_address_of(one->ifa_addr);
        found = is_same(&own, address);
    }
    freeifaddrs(all);
    return found;
}

static bool is_listener(const struct config *config, const struct network_address *address)
{
    bool v4 = network_address_is_v4(address);
    for (size_t i = 0; i < config->server.listen_count; i++) {
        struct network_address listener =
            network_address_of(&config->server.listen[i].endpoint.address.any);
        if (is_same(&listener, address) ||
            (stands_for(&listener, v4) && is_of_this_machine(address)))
            return true;
    }
    return false;
}

bool reach_allows(const struct reach *reach, const struct network_address *address)
{
    if (reach == NULL || network_address_scope(address) == NULL)
        return true;
    const struct config_dns *dns = &reach->config->dns;
    for (size_t i = 0; i < dns->address_count; i++) {
        if (is_same(&dns->addresses[i], address))
            return true;
    }
    return is_listener(reach->config, address);
}
