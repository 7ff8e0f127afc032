/* SPDX-License-Identifier: ISC */
/* web: small JSON documents asked of a CA over HTTPS, connections kept for the next. */
#ifndef CTL_ACME_WEB_H
#define CTL_ACME_WEB_H

#include <jansson.h>
#include <stdint.h>

#include "common/base/error.h"

#define WEB_BOUND_S   10    /* an answer that takes longer has failed */
#define WEB_BYTES_MAX 65536 /* of an answer */

/* It may be used by several threads at a time. */
struct web;

/* NULL: out of memory. Trusts what the system trusts, or the CA bundle that UACME_CAINFO names, as
 * the client does. */
struct web *web_open(void);
void web_close(struct web *web);

/* Asks once; redirects are not followed. *out is the caller's (json_decref). retry_after_s may be
 * NULL; 0: the answer says none. Returns 0, or -1 with why: no answer, a status that is not 200, or
 * no JSON; *out is NULL then. */
int web_get_json(struct web *web, const char *url, json_t **out, int64_t *retry_after_s,
                 struct error *why);

#endif
