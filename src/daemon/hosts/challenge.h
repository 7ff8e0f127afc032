/* SPDX-License-Identifier: ISC */
/* challenge: one worker's certificates for pending TLS-ALPN-01 challenges (RFC 8737), each made or
 * read once from the files that an ACME client or its hook wrote. Never shared between threads. */
#ifndef DAEMON_HOSTS_CHALLENGE_H
#define DAEMON_HOSTS_CHALLENGE_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/cert/cert.h"
#include "common/name/hostname.h"

#define CHALLENGE_PROTOCOL "acme-tls/1" /* RFC 8737 section 6.2 */
#define CHALLENGE_FILE_MAX 128          /* bytes; a digest has 43 characters */
#define CHALLENGE_PEM_MAX  16384        /* bytes of a certificate or key of another client */
#define CHALLENGE_AGE_S    3600         /* a file that is older was forgotten by its hook */

struct challenges;

/* One pending challenge, counted: it outlives its place in the cache while a handshake holds it. */
struct challenge;

struct challenges *challenges_open(void); /* NULL: out of memory */
void challenges_close(struct challenges *challenges);

/* The pending challenge of the host, from the file directory/<host>: the base64url form of the
 * SHA-256 digest of the key authorization, on one line. Where no such file is pending, from
 * directory/<host>.crt.pem and .key.pem, the certificate with acmeIdentifier and its key as
 * dehydrated makes them. host is one that the site table knows, so the path cannot lead elsewhere.
 * Gives a reference, to be given back with challenge_unref, or NULL with why: there is no file, it
 * is too old or too long, or holds something else. */
struct challenge *challenge_find(struct challenges *challenges, const char *directory,
                                 const struct hostname *host, struct error *why);

/* Self-signed, for the host alone, with the critical acmeIdentifier extension. */
struct cert *challenge_cert(struct challenge *challenge);
void challenge_unref(struct challenge *challenge);

#endif
