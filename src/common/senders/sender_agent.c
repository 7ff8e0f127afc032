/* SPDX-License-Identifier: ISC */
/* sender_agent: the families that clients claim to be of, by their User-Agent: a column of the
 * table of senders. */
#include "common/senders/sender_agent.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
static const struct sender_agent rows[SENDER_AGENT_OTHER] = {
    {"Google", "Google-SMTP-STS", false, true, SENDER_SOURCE, "public lists of user agents", "2026-11-29"},
    {"postfix-mta-sts-resolver", "postfix-mta-sts-resolver", false, false, SENDER_RUN, "1.1.2", "2026-11-28"},
    {"postfix-tlspol", "postfix-tlspol/", false, false, SENDER_RUN, "ffe1e2d", "2026-11-28"},
    {"Stalwart", "Stalwart/", false, false, SENDER_SOURCE, "d72608f3", "2026-11-28"},
    {"a program in Go", "Go-http-client/", false, false, SENDER_SOURCE, "mox, maddy and chasquid set none of their own", "2026-11-28"},
    {"checkdmarc", "checkdmarc/", true, false, SENDER_SOURCE, "5.13.0", "2026-11-29"},
    {"mta-stsctl", "mta-stsctl/", false, false, SENDER_SOURCE, "this one", "2026-11-29"},
};
/* clang-format on */

size_t sender_agent_family(const char *agent)
{
    for (size_t i = 0; i < SENDER_AGENT_OTHER; i++) {
        const struct sender_agent *row = &rows[i];
        if (row->is_inside ? strstr(agent, row->mark) != NULL
                           : strncmp(agent, row->mark, strlen(row->mark)) == 0)
            return i;
    }
    return SENDER_AGENT_OTHER;
}

const char *sender_agent_name(size_t family)
{
    return family < SENDER_AGENT_OTHER ? rows[family].family : "other";
}

bool sender_agent_is_large(size_t family)
{
    return family < SENDER_AGENT_OTHER && rows[family].is_large;
}

const struct sender_agent *sender_agent_find(size_t family)
{
    assert(family < SENDER_AGENT_OTHER);
    return &rows[family];
}
