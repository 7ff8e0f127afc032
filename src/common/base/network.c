/* SPDX-License-Identifier: ISC */
/* network: addresses and networks as the configuration writes them and as sockets give them. */
#include "common/base/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MAPPED_BITS 96 /* of an IPv4-mapped address, in front of the IPv4 one */

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void map_v4(struct network_address *out, const struct in_addr *v4)
{
    memcpy(out->bytes, mapped_prefix, sizeof(mapped_prefix));
    memcpy(out->bytes + sizeof(mapped_prefix), v4, sizeof(*v4));
}

/* Plain decimal digits of at most max, no sign, no blank; -1 for anything else. */
static long parse_number(const char *text, long max)
{
    long value = 0;
    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = value * 10 + (*text - '0');
        if (value > max)
            return -1;
    }
    return value;
}

/* Writes what stands in front of the separator, which may be its end, to head. */
static int copy_head(char *head, size_t size, const char *text, const char *separator)
{
    size_t length = separator != NULL ? (size_t)(separator - text) : strlen(text);
    if (length >= size)
        return -1;
    memcpy(head, text, length);
    head[length] = '\0';
    return 0;
}

static bool clear_host_bits(struct network *network)
{
    bool some_were_set = false;
    for (unsigned bit = network->prefix; bit < 128; bit++) {
        unsigned char mask = (unsigned char)(0x80U >> (bit % 8));
        some_were_set = some_were_set || (network->base.bytes[bit / 8] & mask) != 0;
        network->base.bytes[bit / 8] &= (unsigned char)~mask;
    }
    return some_were_set;
}

static int refuse_network(struct error *why, const char *text)
{
    return error_set(why,
                     "\"%.100s\" is not a network; write one such as 192.0.2.0/24 or "
                     "2001:db8::/32, or a single address",
                     text);
}

int network_parse(struct network *out, const char *text, struct error *why)
{
    char head[INET6_ADDRSTRLEN];
    struct in_addr v4;
    long max_prefix = 128;

    *out = (struct network){0};
    const char *slash = strchr(text, '/');
    if (copy_head(head, sizeof(head), text, slash) != 0)
        return refuse_network(why, text);

    struct network parsed = {0};
    if (inet_pton(AF_INET, head, &v4) == 1) {
        map_v4(&parsed.base, &v4);
        max_prefix = 32;
    } else if (inet_pton(AF_INET6, head, parsed.base.bytes) != 1) {
        return refuse_network(why, text);
    }

    long prefix = slash != NULL ? parse_number(slash + 1, max_prefix) : max_prefix;
    if (prefix < 0)
        return error_set(why, "\"%.100s\" has no valid prefix length; write /0 to /%ld after %s",
                         text, max_prefix, head);
    parsed.prefix = (unsigned char)(max_prefix == 32 ? MAPPED_BITS + prefix : prefix);

    if (clear_host_bits(&parsed)) {
        char base[NETWORK_TEXT_MAX];
        network_address_text(&parsed.base, base);
        if (max_prefix == 128 && network_address_is_v4(&parsed.base))
            prefix -= MAPPED_BITS;
        return error_set(why, "\"%.100s\" has bits set after its prefix; write %s/%ld", text, base,
                         prefix);
    }
    *out = parsed;
    return 0;
}

bool network_contains(const struct network *network, const struct network_address *address)
{
    unsigned whole = network->prefix / 8;
    unsigned rest = network->prefix % 8;

    if (memcmp(network->base.bytes, address->bytes, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    unsigned char mask = (unsigned char)(0xff00U >> rest);
    return ((network->base.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

static struct network_endpoint endpoint_v4(struct in_addr address, in_port_t port)
{
    struct network_endpoint endpoint = {.length = sizeof(struct sockaddr_in)};
    endpoint.address.v4.sin_family = AF_INET;
    endpoint.address.v4.sin_addr = address;
    endpoint.address.v4.sin_port = htons(port);
    return endpoint;
}

static struct network_endpoint endpoint_v6(struct in6_addr address, in_port_t port)
{
    struct network_endpoint endpoint = {.length = sizeof(struct sockaddr_in6)};
    endpoint.address.v6.sin6_family = AF_INET6;
    endpoint.address.v6.sin6_addr = address;
    endpoint.address.v6.sin6_port = htons(port);
    return endpoint;
}

static int refuse_listen(struct error *why, const char *text)
{
    return error_set(why,
                     "\"%.100s\" is not an address to listen on; write a port such as 443, or an "
                     "address and a port: 192.0.2.1:443 or [2001:db8::1]:443",
                     text);
}

/* An IPv6 address without brackets, perhaps with a port behind it, which cannot be told apart. */
static int refuse_bare_v6(struct error *why, const char *text, const char *colon)
{
    struct in6_addr v6;
    char head[INET6_ADDRSTRLEN];
    bool has_port = copy_head(head, sizeof(head), text, colon) == 0 &&
                    inet_pton(AF_INET6, head, &v6) == 1 && parse_number(colon + 1, 65535) >= 0;
    if (has_port)
        return error_set(why, "\"%.100s\" lacks its brackets; write it as [%s]:%s", text, head,
                         colon + 1);
    if (inet_pton(AF_INET6, text, &v6) == 1)
        return error_set(why, "\"%.100s\" lacks its brackets and its port; write it as in [%s]:443",
                         text, text);
    return refuse_listen(why, text);
}

int network_parse_listen(struct network_endpoint out[2], size_t *count, const char *text,
                         struct error *why)
{
    char head[INET6_ADDRSTRLEN + 2];
    struct in_addr v4;
    struct in6_addr v6;

    *count = 0;
    const char *colon = strrchr(text, ':');
    const char *digits = colon != NULL ? colon + 1 : text;
    if (colon != NULL && text[0] != '[' && memchr(text, ':', (size_t)(colon - text)) != NULL)
        return refuse_bare_v6(why, text, colon);
    long port = parse_number(digits, 65535);
    if (port < 0 && *digits != '\0' && strspn(digits, "0123456789") == strlen(digits))
        return error_set(why, "\"%.100s\" has a port above 65535; write 0 to 65535", text);
    if (port < 0)
        return refuse_listen(why, text);

    if (colon == NULL) {
        out[0] = endpoint_v4((struct in_addr){.s_addr = htonl(INADDR_ANY)}, (in_port_t)port);
        out[1] = endpoint_v6(in6addr_any, (in_port_t)port);
        *count = 2;
        return 0;
    }

    if (copy_head(head, sizeof(head), text, colon) != 0)
        return refuse_listen(why, text);
    size_t length = strlen(head);
    if (inet_pton(AF_INET, head, &v4) == 1) {
        out[0] = endpoint_v4(v4, (in_port_t)port);
        *count = 1;
        return 0;
    }
    if (length < 2 || head[0] != '[' || head[length - 1] != ']')
        return refuse_listen(why, text);
    head[length - 1] = '\0';
    if (inet_pton(AF_INET6, head + 1, &v6) != 1)
        return refuse_listen(why, text);
    out[0] = endpoint_v6(v6, (in_port_t)port);
    *count = 1;
    return 0;
}

struct network_address network_address_of(const struct sockaddr *address)
{
    struct network_address result = {{0}};

    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        map_v4(&result, &v4.sin_addr);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        memcpy(result.bytes, &v6.sin6_addr, sizeof(result.bytes));
    }
    return result;
}

bool network_address_of_rdata(struct network_address *out, const unsigned char *bytes,
                              size_t length)
{
    static const struct network_address mapped = {{[10] = 0xff, [11] = 0xff}};
    if (length != 4 && length != 16)
        return false;
    *out = mapped;
    memcpy(out->bytes + 16 - length, bytes, length);
    return true;
}

bool network_address_is_v4(const struct network_address *address)
{
    return memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/* IPv4 in the last four bytes, as RFC 6052 has it, in the form that is used here. */
static struct network_address unwrap(const struct network_address *address)
{
    static const unsigned char translated[12] = {0, 0x64, 0xff, 0x9b};
    struct network_address out = *address;
    if (memcmp(out.bytes, translated, sizeof(translated)) == 0)
        memcpy(out.bytes, mapped_prefix, sizeof(mapped_prefix));
    return out;
}

const char *network_address_scope(const struct network_address *address)
{
    /* 0.0.0.0 and :: lead to the own machine where they are connected to. */
    static const struct {
        const char *network;
        const char *scope;
    } rows[] = {
        {"0.0.0.0", "an unspecified"},   {"0.0.0.0/8", "a loopback"},
        {"127.0.0.0/8", "a loopback"},   {"::", "an unspecified"},
        {"::1", "a loopback"},           {"10.0.0.0/8", "a private"},
        {"100.64.0.0/10", "a private"},  {"172.16.0.0/12", "a private"},
        {"192.168.0.0/16", "a private"}, {"fc00::/7", "a private"},
        {"fec0::/10", "a private"},      {"169.254.0.0/16", "a link-local"},
        {"fe80::/10", "a link-local"},   {"224.0.0.0/4", "a multicast"},
        {"240.0.0.0/4", "a reserved"},   {"ff00::/8", "a multicast"},
    };
    const struct network_address plain = unwrap(address);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct network network;
        if (network_parse(&network, rows[i].network, NULL) == 0 &&
            network_contains(&network, &plain))
            return rows[i].scope;
    }
    return NULL;
}

void network_address_text(const struct network_address *address, char out[NETWORK_TEXT_MAX])
{
    bool v4 = network_address_is_v4(address);
    const unsigned char *bytes = address->bytes + (v4 ? sizeof(mapped_prefix) : 0);

    if (inet_ntop(v4 ? AF_INET : AF_INET6, bytes, out, NETWORK_TEXT_MAX) == NULL)
        out[0] = '\0';
}

void network_endpoint_text(const struct network_endpoint *endpoint, char out[NETWORK_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *v4 = &endpoint->address.v4;
    const struct sockaddr_in6 *v6 = &endpoint->address.v6;

    if (endpoint->address.any.sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
        (void)snprintf(out, NETWORK_TEXT_MAX, "%s:%u", host, ntohs(v4->sin_port));
    } else if (endpoint->address.any.sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
        (void)snprintf(out, NETWORK_TEXT_MAX, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else {
        out[0] = '\0';
    }
}

bool network_endpoint_equal(const struct network_endpoint *a, const struct network_endpoint *b)
{
    if (a->address.any.sa_family != b->address.any.sa_family)
        return false;
    if (a->address.any.sa_family == AF_INET)
        return a->address.v4.sin_port == b->address.v4.sin_port &&
               a->address.v4.sin_addr.s_addr == b->address.v4.sin_addr.s_addr;
    return a->address.any.sa_family == AF_INET6 &&
           a->address.v6.sin6_port == b->address.v6.sin6_port &&
           a->address.v6.sin6_scope_id == b->address.v6.sin6_scope_id &&
           memcmp(&a->address.v6.sin6_addr, &b->address.v6.sin6_addr, sizeof(struct in6_addr)) == 0;
}
