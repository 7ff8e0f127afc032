/* SPDX-License-Identifier: ISC */
/* web: fetches small JSON documents from a CA over HTTPS, and reuses connections. */
#ifndef CTL_ACME_WEB_H
#define CTL_ACME_WEB_H

#include <jansson.h>
#include <stdint.h>

#include "common/base/error.h"

#define WEB_BOUND_S   10    /* an answer that takes longer has failed */
#define WEB_BYTES_MAX 65536 /* of an answer */

/* Thread-safe. */
struct web;

/* Returns NULL when out of memory. Trusts the system's CAs, or the bundle in UACME_CAINFO, as the
 * client does. */
struct web *web_open(void);
void web_close(struct web *web);

/* One GET, without following redirects. *out is owned by the caller (json_decref). retry_after_s
 * may be NULL; it is 0 without a Retry-After header. Returns 0, or -1 with why: no answer, a status
 * that is not 200, or no JSON; *out is NULL then. */
int web_get_json(struct web *web, const char *url, json_t **out, int64_t *retry_after_s,
                 struct error *why);

#endif
