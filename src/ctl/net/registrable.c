/* SPDX-License-Identifier: ISC */
/* registrable: which part of a name somebody registers, by the public suffix list. */
#include "ctl/net/registrable.h"

#include <libpsl.h>
#include <stdio.h>
#include <string.h>

int registrable_domain(char out[DNSDATA_NAME_MAX], const char *name)
{
    char lower[DNSDATA_NAME_MAX];
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof(lower))
        return -1;
    for (size_t i = 0; i <= length; i++)
        lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    const char *part = psl_registrable_domain(psl_builtin(), lower);
    if (part == NULL)
        return -1;
    snprintf(out, DNSDATA_NAME_MAX, "%s", part);
    return 0;
}
