/* SPDX-License-Identifier: ISC */
/* sender_large: the large senders that write TLS reports, as their reports name them. */
#include "common/senders/sender_large.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *domain;
} rows[SENDER_LARGE_COUNT] = {
    {"Google", "google.com"},
    {"Microsoft", "microsoft.com"},
};

const char *sender_large_name(size_t index)
{
    assert(index < SENDER_LARGE_COUNT);
    return rows[index].name;
}

bool sender_large_is(size_t index, const char *organisation)
{
    assert(index < SENDER_LARGE_COUNT);
    return strcasecmp(organisation, rows[index].domain) == 0 ||
           strncasecmp(organisation, rows[index].name, strlen(rows[index].name)) == 0;
}
