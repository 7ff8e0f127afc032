/* SPDX-License-Identifier: ISC */
/* drift: one thing that is wrong at a domain, an MX host or this machine, as one run saw it. */
#include "ctl/watch/drift.h"

#include <string.h>

static const char *const names[DRIFT_KINDS] = {
    [DRIFT_ALIAS] = "alias",
    [DRIFT_MX_DOMAIN] = "mx-domain",
    [DRIFT_MACHINE] = "machine",
    [DRIFT_POLICY_MX] = "policy-mx",
    [DRIFT_MX] = "mx",
    [DRIFT_RECORD] = "record",
    [DRIFT_POLICY_HOST] = "policy-host",
    [DRIFT_CERTIFICATE] = "certificate",
    [DRIFT_POLICY] = "policy",
    [DRIFT_ID] = "id",
    [DRIFT_ADDRESSES] = "addresses",
};

const char *drift_name(enum drift_kind kind)
{
    return names[kind];
}

bool drift_find(enum drift_kind *out, const char *name, size_t length)
{
    for (size_t i = 0; i < DRIFT_KINDS; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
            *out = (enum drift_kind)i;
            return true;
        }
    }
    return false;
}

const char *drift_mx(const char *where, size_t *length)
{
    static const char behind[] = "._tcp.";
    const char *host = where[0] == '_' ? strstr(where, behind) : NULL;
    host = host != NULL ? host + sizeof(behind) - 1 : where;
    *length = strcspn(host, " ");
    return host;
}
