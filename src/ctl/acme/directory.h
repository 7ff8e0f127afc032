/* SPDX-License-Identifier: ISC */
/* directory: reads a CA's ACME directory (RFC 8555 section 7.1.1). */
#ifndef CTL_ACME_DIRECTORY_H
#define CTL_ACME_DIRECTORY_H

#include <jansson.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/name/hostname.h"
#include "ctl/acme/web.h"

#define DIRECTORY_IDENTITIES_MAX 16
#define DIRECTORY_URL_MAX        512

/* {0}: nothing is known of the CA. */
struct directory {
    struct hostname identities[DIRECTORY_IDENTITIES_MAX]; /* its names in CAA records */
    size_t identity_count;                                /* 0: the CA does not publish them */
    char renewal_info[DIRECTORY_URL_MAX];                 /* RFC 9773; empty: not offered */
};

/* Asks the CA. Returns 0, or -1 with why; *out is {0} then. */
int directory_fetch(struct directory *out, struct web *web, const char *url, struct error *why);

#endif
