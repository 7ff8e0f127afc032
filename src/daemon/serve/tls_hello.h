/* SPDX-License-Identifier: ISC */
/* tls_hello: finds the group of the key exchange in the server's own messages; mbedTLS has no
 * function that tells it. Pure. */
#ifndef DAEMON_SERVE_TLS_HELLO_H
#define DAEMON_SERVE_TLS_HELLO_H

#include <stddef.h>

/* The group (RFC 8446 section 4.2.7) that a record sent by the server names: in the key_share of a
 * ServerHello, or in a ServerKeyExchange (RFC 8422 section 5.4). before: where it names none. */
unsigned tls_hello_group(const unsigned char *record, size_t length, unsigned before);

/* "x25519"; "other"; "-" for 0. Static. */
const char *tls_hello_group_name(unsigned group);

#endif
