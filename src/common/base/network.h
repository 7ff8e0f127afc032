/* SPDX-License-Identifier: ISC */
/* network: addresses and networks as the configuration writes them and as sockets give them. */
#ifndef COMMON_BASE_NETWORK_H
#define COMMON_BASE_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/base/error.h"

/* An address without port, IPv4 as IPv4-mapped IPv6, so that one comparison serves both. */
struct network_address {
    unsigned char bytes[16];
};

struct network {
    struct network_address base; /* host bits are zero */
    unsigned char prefix;        /* 0 to 128, counted in the mapped form (IPv4 /8 is 104) */
};

/* A socket address with its length, ready for bind(2). */
struct network_endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length;
};

#define NETWORK_TEXT_MAX 64 /* bytes that hold "[address]:port" and its NUL */

/* "192.0.2.0/24", "2001:db8::/32", or a single address. Host bits set are an error that names the
 * network meant. */
int network_parse(struct network *out, const char *text, struct error *why);
bool network_contains(const struct network *network, const struct network_address *address);

/* "443", "192.0.2.1:443" or "[2001:db8::1]:443". A port alone gives two endpoints, 0.0.0.0 and
 * [::]; *count says how many were written to out[0..1]. Port 0 is allowed: any free port. */
int network_parse_listen(struct network_endpoint out[2], size_t *count, const char *text,
                         struct error *why);

/* The address of a socket's peer, IPv4-mapped IPv6 unmapped (that is: mapped uniformly). Any other
 * family gives "::". */
struct network_address network_address_of(const struct sockaddr *address);
/* The address in the data of an A or AAAA record: 4 or 16 bytes; false for any other length. */
bool network_address_of_rdata(struct network_address *out, const unsigned char *bytes,
                              size_t length);
bool network_address_is_v4(const struct network_address *address);

/* "a loopback", "a private", "a link-local", "a multicast" or "an unspecified", of an address where
 * no host on the Internet can be; NULL for any other. IPv4 addresses within 64:ff9b::/96 (RFC 6052)
 * count as themselves. */
const char *network_address_scope(const struct network_address *address);

/* Writes the address as people write it: "192.0.2.1", "2001:db8::1". */
void network_address_text(const struct network_address *address, char out[NETWORK_TEXT_MAX]);

/* Writes "192.0.2.1:443" or "[2001:db8::1]:443". */
void network_endpoint_text(const struct network_endpoint *endpoint, char out[NETWORK_TEXT_MAX]);
bool network_endpoint_equal(const struct network_endpoint *a, const struct network_endpoint *b);

#endif
