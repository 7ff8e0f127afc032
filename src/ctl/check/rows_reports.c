/* SPDX-License-Identifier: ISC */
/* rows_reports: the row about where senders' reports go. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/span.h"
#include "ctl/check/rows_say.h"

/* Whether the URI is a mailbox at the domain itself. */
static bool is_mailbox_at(struct span uri, const char *domain)
{
    static const char scheme[] = "mailto:";
    size_t length = strlen(domain);
    size_t end = 0;
    if (uri.length < sizeof(scheme) || strncasecmp(uri.bytes, scheme, sizeof(scheme) - 1) != 0)
        return false;
    while (end < uri.length && uri.bytes[end] != '?')
        end++;
    return end > length && uri.bytes[end - length - 1] == '@' &&
           strncasecmp(uri.bytes + end - length, domain, length) == 0;
}

static const char *sentence_of(enum destination_fault fault)
{
    static const char *const sentences[] = {
        [DESTINATION_FINE] = "",
        [DESTINATION_NO_NAME] = "which does not exist",
        [DESTINATION_NO_HOST] = "which has no address",
        [DESTINATION_NULL_MX] = "which takes no mail (null MX)",
        [DESTINATION_MX_NOWHERE] = "none of whose MX has an address",
    };
    return sentences[fault];
}

static void judge_destinations(const struct rows_check *check, const char *name)
{
    const struct facts *facts = check->facts;
    for (size_t i = 0; i < facts->destination_count; i++) {
        const struct destination *to = &facts->destinations[i];
        const struct rows_about about = {name, NULL,
                                         to->is_mailbox
                                             ? "name a mailbox in a domain that takes mail"
                                             : "name a host that has an address, or a mailbox"};
        if (to->fault != DESTINATION_FINE)
            rows_say(check, SEVERITY_WARNING, &about, "reports are lost: rua names %s, %s",
                     to->host, sentence_of(to->fault));
    }
}

void rows_judge_t3(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct txtrecord_tlsrpt *record = &facts->reports;
    char name[DNSDATA_NAME_MAX + 16];
    const struct rows_about about = {name, NULL, "add a mailbox in another domain"};
    snprintf(name, sizeof(name), "_smtp._tls.%s", facts->domain);
    judge_destinations(check, name);
    if (!facts_has_mode(facts, POLICY_MODE_ENFORCE))
        return;
    for (size_t i = 0; i < record->uri_count && i < TXTRECORD_URIS_MAX; i++) {
        if (is_mailbox_at(record->uris[i], facts->domain))
            rows_say(check, SEVERITY_NOTE, &about,
                     "reports go to a mailbox in %s itself, and some senders cannot deliver them "
                     "when this policy fails",
                     facts->domain);
    }
}
