/* SPDX-License-Identifier: ISC */
/* sender: a row of the table of senders: what one sender does, and how that is known. */
#include "common/senders/sender.h"

#include <assert.h>
#include <stddef.h>

#include "common/senders/sender_rows.h"

const struct sender *sender_find(enum sender_id id)
{
    assert(id < SENDER_COUNT);
    if (id >= SENDER_HALON)
        return &sender_other_rows[id - SENDER_HALON];
    if (id >= SENDER_STALWART_OLD)
        return &sender_library_rows[id - SENDER_STALWART_OLD];
    if (id >= SENDER_RESOLVER_PLAIN)
        return &sender_postfix_rows[id - SENDER_RESOLVER_PLAIN];
    return &sender_single_rows[id];
}

uint32_t senders_which(bool (*is_one)(const struct sender *sender))
{
    uint32_t all = 0;
    for (int id = 0; id < SENDER_COUNT; id++)
        if (is_one(sender_find((enum sender_id)id)))
            all |= SENDERS_OF(id);
    return all;
}

const char *sender_ground_name(enum sender_ground ground)
{
    static const char *const names[] = {
        [SENDER_UNKNOWN] = "unknown",
        [SENDER_VENDOR] = "vendor",
        [SENDER_SOURCE] = "source",
        [SENDER_RUN] = "run",
    };
    return names[ground];
}

const char *sender_case_name(enum sender_case what)
{
    static const char *const names[SENDER_CASES] = {
        [SENDER_FINE] = "nothing is wrong",
        [SENDER_NO_MATCH] = "no mx of the policy matches",
        [SENDER_NO_STARTTLS] = "no STARTTLS",
        [SENDER_DENIED] = "STARTTLS refused (454)",
        [SENDER_OLD_TLS] = "TLS 1.0 only",
        [SENDER_WRONG_NAME] = "certificate of another name",
        [SENDER_EXPIRED] = "expired certificate",
        [SENDER_UNTRUSTED] = "untrusted certificate",
        [SENDER_CN_ONLY] = "name in the CN alone",
        [SENDER_NO_ADDRESS] = "MX without an address",
        [SENDER_UNREACHABLE] = "MX that does not answer",
        [SENDER_NULL_MX] = "null MX",
        [SENDER_NO_DOMAIN] = "domain that does not exist",
        [SENDER_NO_LOOKUP] = "MX cannot be looked up",
        [SENDER_DANE_FAILS] = "TLSA records do not fit",
        [SENDER_DANE_LOST] = "TLSA cannot be looked up",
    };
    return names[what];
}
