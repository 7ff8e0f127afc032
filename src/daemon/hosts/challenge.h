/* SPDX-License-Identifier: ISC */
/* challenge: one worker's certificates for pending TLS-ALPN-01 challenges (RFC 8737), each made or
 * read once from the files that an ACME client or its hook wrote. Never shared between threads. */
#ifndef DAEMON_HOSTS_CHALLENGE_H
#define DAEMON_HOSTS_CHALLENGE_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/cert/cert.h"
#include "common/name/hostname.h"
#include "daemon/base/lookup.h"

#define CHALLENGE_PROTOCOL "acme-tls/1" /* RFC 8737 section 6.2 */
#define CHALLENGE_FILE_MAX 128          /* bytes; a digest has 43 characters */
#define CHALLENGE_PEM_MAX  16384        /* bytes of a certificate or key of another client */
#define CHALLENGE_AGE_S    3600         /* a file that is older was forgotten by its hook */

struct challenges;

/* One pending challenge, counted: it outlives its place in the cache while a handshake holds it. */
struct challenge;

/* context is borrowed for as long as they are open. NULL: out of memory. Waiters must have left
 * before the close. */
struct challenges *challenges_open(const struct lookup_context *context);
void challenges_close(struct challenges *challenges);

/* The pending challenge of the host, from the file directory/<host>: the base64url form of the
 * SHA-256 digest of the key authorization, on one line. Where no such file is pending, from
 * directory/<host>.crt.pem and .key.pem, the certificate with acmeIdentifier and its key as
 * dehydrated makes them. host is one that the site table knows, so the path cannot lead elsewhere.
 *
 * Reads no file itself: the waiter waits for a look at them that was begun no earlier than the
 * first call with this *asked, which is 0 then. NULL in its place: there is no waiting any more.
 * FOUND gives a reference, to be given back with challenge_unref; NONE says why: there is no file,
 * it is too old or too long, or holds something else. */
enum lookup_result challenge_find(struct challenges *challenges, const char *directory,
                                  const struct hostname *host, uint64_t *asked,
                                  struct lookup_waiter *waiter, struct challenge **out,
                                  struct error *why);

/* As certstore_wait_ms and certstore_check. */
int64_t challenges_wait_ms(const struct challenges *challenges, int64_t now_ms, int64_t limit_ms);
void challenges_check(struct challenges *challenges, int64_t now_ms);

/* Self-signed, for the host alone, with the critical acmeIdentifier extension. */
struct cert *challenge_cert(struct challenge *challenge);
void challenge_unref(struct challenge *challenge);

#endif
