/* SPDX-License-Identifier: ISC */
/* livepolicy: reads the policy that a domain serves today, and notes what must change. */
#include "ctl/generate/livepolicy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/span.h"
#include "common/name/hostname.h"
#include "common/policy/lint.h"
#include "common/policy/policytext.h"
#include "ctl/net/fetch.h"
#include "ctl/net/txtrecord.h"

enum { TEXTS_MAX = 16 };

/* ---- What DNS says. */

static void note_finding(void *context, const struct finding *finding)
{
    proposal_note(context, "in DNS today: %s; %s", finding->problem, finding->advice);
}

/* TXT records, joined; what is beyond the bound is left out. */
struct texts {
    struct span items[TEXTS_MAX];
    char *held[TEXTS_MAX]; /* the same, owned */
    size_t count;
};

static void find_texts(struct texts *out, struct proposal *proposal, struct dns *dns,
                       const char *prefix)
{
    char name[2 * HOSTNAME_MAX];
    struct dns_answer answer;
    size_t length;
    *out = (struct texts){0};
    snprintf(name, sizeof(name), "%s.%s", prefix, proposal->domain);
    dns_lookup(dns, name, DNS_TXT, &answer);
    if (answer.outcome != DNS_FOUND)
        proposal_note(proposal, "in DNS today: %s", answer.why.text);
    for (size_t i = 0; i < answer.count && out->count < TEXTS_MAX; i++) {
        const struct dns_record *record = &answer.records[i];
        char **text = &out->held[out->count];
        if (dnsdata_txt(text, &length, record->bytes, record->length) == 0)
            out->items[out->count++] = (struct span){*text, length};
    }
    dns_free(&answer);
}

static void free_texts(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->held[i]);
}

static void note_records(struct proposal *proposal, struct dns *dns)
{
    struct texts texts;
    struct txtrecord_sts sts;
    struct txtrecord_tlsrpt tlsrpt;
    find_texts(&texts, proposal, dns, "_mta-sts");
    txtrecord_judge_sts(&sts, texts.items, texts.count, note_finding, proposal);
    if (sts.id[0] != '\0')
        proposal_note(proposal, "the id in DNS today is %s", sts.id);
    free_texts(&texts);
    find_texts(&texts, proposal, dns, "_smtp._tls");
    txtrecord_judge_tlsrpt(&tlsrpt, texts.items, texts.count, note_finding, proposal);
    for (size_t i = 0; i < tlsrpt.uri_count; i++)
        proposal_note(proposal, "TLS reports go to %.*s today", (int)tlsrpt.uris[i].length,
                      tlsrpt.uris[i].bytes);
    free_texts(&texts);
}

/* ---- What is served. */

/* A wrong media type harms the policy's senders, and not its meaning; all else may be a lie. */
static bool is_meant(const struct fetch *fetch)
{
    return fetch->failure == FETCH_FINE || (fetch->failure == FETCH_TYPE && fetch->body != NULL);
}

static void take_answer(struct livepolicy *out, struct proposal *proposal, struct fetch *fetch,
                        const struct network_address *address)
{
    char place[NETWORK_TEXT_MAX];
    network_address_text(address, place);
    if (fetch->failure != FETCH_FINE)
        proposal_note(proposal, "served today at %s: %s", place, fetch->why.text);
    if (!is_meant(fetch))
        return;
    if (out->bytes == NULL) {
        out->bytes = fetch->body;
        out->length = fetch->length;
        fetch->body = NULL; /* kept in *out */
        fetch->length = 0;
    } else if (out->length != fetch->length || memcmp(out->bytes, fetch->body, out->length) != 0) {
        proposal_note(proposal, "%s serves a different policy than the other addresses today",
                      place);
    }
}

static int fetch_all(struct livepolicy *out, struct proposal *proposal,
                     const struct net_options *net)
{
    char host[2 * HOSTNAME_MAX];
    struct network_address *addresses;
    struct error why;
    size_t count;
    snprintf(host, sizeof(host), "mta-sts.%s", proposal->domain);
    if (dns_addresses(net->dns, host, &addresses, &count, &why) != DNS_FOUND)
        return proposal_fail(proposal, "no policy is served today: %s", why.text);
    if (count > FETCH_ADDRESSES_MAX)
        proposal_note(proposal, "only %d of the %zu addresses of %s were asked",
                      FETCH_ADDRESSES_MAX, count, host);
    for (size_t i = 0; i < count && i < FETCH_ADDRESSES_MAX; i++) {
        struct fetch fetch;
        const struct fetch_request request = {
            .host = host, .address = &addresses[i], .port = net->port, .trust = net->trust};
        fetch_policy(&fetch, &request);
        take_answer(out, proposal, &fetch, &addresses[i]);
        fetch_free(&fetch);
    }
    free(addresses);
    if (out->bytes != NULL)
        return 0;
    return proposal_fail(proposal, "cannot fetch a policy: %s",
                         proposal->note_count > 0 ? proposal->notes[proposal->note_count - 1]
                                                  : "out of memory");
}

/* ---- What it means. */

static void note_rule(void *context, const struct lint_finding *finding)
{
    char sentence[FINDING_MAX];
    finding_print(sentence, sizeof(sentence), &finding->found);
    if (finding->found.line > 0)
        proposal_note(context, "served today, line %u: %s", finding->found.line, sentence);
    else
        proposal_note(context, "served today: %s", sentence);
}

static int take_values(struct proposal *proposal, const struct livepolicy *live)
{
    struct policytext text;
    struct error why;
    int result = policytext_read(&text, live->bytes, live->length, &why);
    if (!text.has_mode || (result != 0 && text.policy.mx_count == 0)) {
        policytext_free(&text);
        return proposal_fail(proposal, "what is served today is not a policy: %s", why.text);
    }
    proposal->mode = text.policy.mode;
    if (text.has_max_age)
        proposal->max_age = text.policy.max_age;
    for (size_t i = 0; i < text.policy.mx_count; i++) {
        if (proposal_add_mx(proposal, text.policy.mx[i], &why) != 0)
            proposal_note(proposal, "left out: mx %.100s", why.text);
    }
    policytext_free(&text);
    return 0;
}

/* Brings max_age into the bounds that all senders take. */
static void bound_age(struct proposal *proposal)
{
    uint32_t right = proposal->max_age;
    if (right == 0)
        right = POLICY_AGE_TESTING;
    if (right >= POLICY_MAX_AGE)
        right = POLICY_MAX_AGE - 1;
    if (right != proposal->max_age)
        proposal_note(proposal, "max_age is %u in place of %u", (unsigned)right,
                      (unsigned)proposal->max_age);
    proposal->max_age = right;
}

int livepolicy_take(struct livepolicy *out, struct proposal *proposal,
                    const struct net_options *net)
{
    *out = (struct livepolicy){0};
    note_records(proposal, net->dns);
    if (fetch_all(out, proposal, net) != 0)
        return -1;
    lint_policy_text(out->bytes, out->length, note_rule, proposal);
    proposal->max_age = POLICY_AGE_TESTING; /* where there is none to be read */
    if (take_values(proposal, out) != 0)
        return -1;
    bound_age(proposal);
    return 0;
}

void livepolicy_compare(const struct livepolicy *live, struct proposal *proposal)
{
    size_t length;
    char *bytes = proposal_render(proposal, &length);
    if (bytes == NULL)
        return;
    if (length == live->length && memcmp(bytes, live->bytes, length) == 0)
        proposal_note(proposal,
                      "the policy text is the same as served today, so keep the id in DNS");
    else
        proposal_note(proposal, "the policy text differs from what is served today, so publish a "
                                "new id once it is served");
    free(bytes);
}

void livepolicy_free(struct livepolicy *live)
{
    free(live->bytes);
    *live = (struct livepolicy){0};
}
