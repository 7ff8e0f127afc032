/* SPDX-License-Identifier: ISC */
/* webtree: writes policies as the files of a web server: DIR/DOMAIN/.well-known/mta-sts.txt. */
#ifndef CTL_GENERATE_WEBTREE_H
#define CTL_GENERATE_WEBTREE_H

#include <stddef.h>

#include "common/base/error.h"

/* Writes one atomically, and creates its directories, but not DIR's parent; a file with the same
 * bytes is not touched. domain: a valid host name. Returns 0, or -1 with why. */
int webtree_write(const char *directory, const char *domain, const char *bytes, size_t length,
                  struct error *why);

#endif
