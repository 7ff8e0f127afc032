/* SPDX-License-Identifier: ISC */
/* mxmatch: whether the name of an MX host matches a pattern of a policy (RFC 8461 section 4.1). */
#include "common/policy/mxmatch.h"

#include <string.h>
#include <strings.h>

bool mxmatch(const char *pattern, const char *host)
{
    size_t length = strlen(host);
    if (length > 0 && host[length - 1] == '.')
        length--;
    if (strncmp(pattern, "*.", 2) == 0) {
        size_t label = strcspn(host, ".");
        if (label == 0 || label >= length)
            return false;
        pattern += 1;
        host += label;
        length -= label;
    }
    return length > 0 && strlen(pattern) == length && strncasecmp(pattern, host, length) == 0;
}
