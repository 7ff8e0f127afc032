/* SPDX-License-Identifier: ISC */
/* observe: queries DNS, the policy host and the mail hosts of one domain. */
#include "ctl/check/observe.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/moment.h"
#include "common/base/span.h"
#include "ctl/base/jobs.h"
#include "ctl/net/caa.h"
#include "ctl/net/livemx.h"

#define ALIAS_STEPS 12
#define PATIENCE_MS 20000 /* for all answers of the domain; the rest is not asked */

/* A name that nobody can own (RFC 6761), so no server has its policy host. */
#define UNKNOWN_NAME "mta-sts.not-served-here.invalid"

/* At an address of the policy host. */
struct look {
    bool first_begun, first_done;
    struct fetch again; /* {0}: there was no need to */
};

/* One domain while it is observed. */
struct round {
    struct facts *facts;
    const struct observe_params *params;
    char (*mx_names)[DNSDATA_NAME_MAX];
    int64_t waited_ms;
    struct look looks[FACTS_ADDRESSES_MAX];
    pthread_mutex_t lock; /* for their first fetches */
    pthread_cond_t changed;
};

/* ---- DNS. */

static void ask(struct round *round, const char *name, enum dns_type type, struct dns_answer *out)
{
    int64_t start = moment_steady_ms();
    if (round->waited_ms >= PATIENCE_MS) {
        *out = (struct dns_answer){.outcome = DNS_FAILED};
        error_set(&out->why, "not asked, as the answers before took %d seconds",
                  PATIENCE_MS / 1000);
        return;
    }
    dns_lookup(round->params->dns, name, type, out);
    round->waited_ms += moment_steady_ms() - start;
}

static void ask_texts(struct round *round, const char *name, struct facts_texts *out)
{
    ask(round, name, DNS_TXT, &out->answer);
    if (out->answer.count > 0)
        out->items = calloc(out->answer.count, sizeof(*out->items));
    for (size_t i = 0; i < out->answer.count && out->items != NULL; i++) {
        char *bytes;
        size_t length;
        if (dnsdata_txt(&bytes, &length, out->answer.records[i].bytes,
                        out->answer.records[i].length) == 0)
            out->items[out->count++] = (struct span){bytes, length};
    }
}

/* Goes from CNAME to CNAME, since a resolver only says that a loop has failed. */
static void follow(struct round *round, const char *name, struct facts_alias *out)
{
    char at[DNSDATA_NAME_MAX];
    snprintf(at, sizeof(at), "%s", name);
    for (unsigned step = 0; step < ALIAS_STEPS; step++) {
        struct dns_answer answer;
        ask(round, at, DNS_CNAME, &answer);
        bool led = answer.outcome == DNS_FOUND && answer.count > 0 &&
                   dnsdata_name(at, answer.records[0].bytes, answer.records[0].length) == 0;
        dns_free(&answer);
        if (!led)
            return;
        memcpy(out->end, at, sizeof(at));
        out->steps++;
    }
    out->looped = true;
}

static void ask_caa(struct round *round)
{
    const struct caa_ca any = {0};
    struct facts *facts = round->facts;
    if (round->waited_ms < PATIENCE_MS)
        facts->caa_refuses = caa_check(round->params->dns, facts->host, &any, &facts->caa_note,
                                       &facts->caa_why) != 0;
}

static void pass_over(void *context, const struct finding *finding)
{
    (void)context;
    (void)finding;
}

/* Where reports go, by the record `_smtp._tls`. */
static void ask_destinations(struct round *round)
{
    struct facts *facts = round->facts;
    struct txtrecord_tlsrpt record;
    txtrecord_judge_tlsrpt(&record, facts->tlsrpt.items, facts->tlsrpt.count, pass_over, NULL);
    for (size_t i = 0; i < record.uri_count && round->waited_ms < PATIENCE_MS; i++) {
        int64_t start = moment_steady_ms();
        destination_find(&facts->destinations[facts->destination_count++], record.uris[i],
                         round->params->dns);
        round->waited_ms += moment_steady_ms() - start;
    }
}

/* The hosts that take the domain's mail (RFC 5321 section 5.1, RFC 7505). */
static void ask_mx(struct round *round)
{
    struct facts *facts = round->facts;
    ask(round, facts->domain, DNS_MX, &facts->mx_answer);
    struct dnsdata_mx *list = calloc(facts->mx_answer.count + 1, sizeof(*list));
    round->mx_names = calloc(FACTS_MX_MAX, sizeof(*round->mx_names));
    facts->mx = calloc(FACTS_MX_MAX, sizeof(*facts->mx));
    if (list == NULL || round->mx_names == NULL || facts->mx == NULL)
        goto done;
    size_t found = livemx_list(list, &facts->mx_answer);
    size_t count = found < FACTS_MX_MAX ? found : FACTS_MX_MAX;
    facts->mx_null = count == 1 && strcmp(list[0].host, ".") == 0;
    facts->mx_implicit = facts->mx_answer.outcome == DNS_NO_DATA;
    if (facts->mx_implicit) {
        snprintf(list[0].host, sizeof(list[0].host), "%s", facts->domain);
        count = 1;
    }
    for (size_t i = 0; i < count && !facts->mx_null; i++) {
        memcpy(round->mx_names[i], list[i].host, sizeof(list[i].host));
        facts->mx[facts->mx_count++].preference = list[i].preference;
    }
done:
    free(list);
}

/* ---- The policy host. */

static int compare_addresses(const void *a, const void *b)
{
    const struct policy_address *one = a;
    const struct policy_address *other = b;
    return memcmp(one->address.bytes, other->address.bytes, sizeof(one->address.bytes));
}

/* In an order that is the same each time. */
static void add_addresses(struct round *round, const struct dns_answer *answer, bool is_v4)
{
    struct facts *facts = round->facts;
    size_t length = is_v4 ? 4 : 16;
    size_t first = facts->address_count;
    for (size_t i = 0; i < answer->count && facts->address_count < FACTS_ADDRESSES_MAX; i++) {
        struct policy_address *address = &facts->addresses[facts->address_count];
        const struct dns_record *record = &answer->records[i];
        if (record->length != length ||
            !network_address_of_rdata(&address->address, record->bytes, record->length))
            continue;
        network_address_text(&address->address, address->text);
        address->scope = network_address_scope(&address->address);
        address->is_v4 = is_v4;
        facts->address_count++;
    }
    qsort(facts->addresses + first, facts->address_count - first, sizeof(*facts->addresses),
          compare_addresses);
}

static void find_addresses(struct round *round)
{
    struct facts *facts = round->facts;
    ask(round, facts->host, DNS_A, &facts->v4);
    ask(round, facts->host, DNS_AAAA, &facts->v6);
    facts->addresses = calloc(FACTS_ADDRESSES_MAX, sizeof(*facts->addresses));
    if (facts->addresses == NULL)
        return;
    facts->led_elsewhere = round->params->connect_to != NULL;
    if (facts->led_elsewhere) {
        snprintf(facts->addresses[0].text, sizeof(facts->addresses[0].text), "%s",
                 round->params->connect_to);
        facts->address_count = 1;
        return;
    }
    add_addresses(round, &facts->v4, true);
    add_addresses(round, &facts->v6, false);
}

/* The answer of an address that is not tried. */
static void leave_out(struct policy_address *address)
{
    address->left_out = true;
    address->fetch.failure = FETCH_UNREACHABLE;
    error_set(&address->fetch.why, "%s address, which was not tried", address->scope);
}

/* Until one more connection to the address may begin: a server of many domains must not take a look
 * at all of them for an attack. */
static void wait_turn(const struct observe_params *params, const struct policy_address *address)
{
    rate_wait(rates_find(params->host_rates, &address->address, sizeof(address->address)));
    rate_wait(params->rate);
}

/* Fetches the policy of the host as it is served at the address. */
static void fetch_at(struct fetch *out, const struct policy_address *address, const char *host,
                     enum peer_limit limit, const struct observe_params *params)
{
    const struct fetch_request request = {
        .host = host,
        .address = &address->address,
        .connect_to = params->connect_to,
        .port = params->port,
        .trust = params->trust,
        .limit = limit,
    };
    fetch_policy(out, &request);
}

/* Again as clients that can do less. */
static void try_limits(struct policy_address *address, const char *host,
                       const struct observe_params *params)
{
    const struct peer *peer = &address->fetch.peer;
    if (peer->chain_count == 0 || peer->is_old)
        return;
    if (strcmp(peer->version, "TLSv1.2") != 0) {
        wait_turn(params, address);
        fetch_at(&address->tls12, address, host, PEER_TLS12, params);
    }
    wait_turn(params, address);
    fetch_at(&address->other_keys, address, host, peer_other_keys(peer), params);
}

static void note_first(struct round *round, size_t index, bool is_done)
{
    pthread_mutex_lock(&round->lock);
    round->looks[index].first_begun = true;
    round->looks[index].first_done = is_done;
    pthread_cond_broadcast(&round->changed);
    pthread_mutex_unlock(&round->lock);
}

static void try_address(struct round *round, size_t index)
{
    struct policy_address *address = &round->facts->addresses[index];
    struct fetch unknown_name;
    if (round->params->connect_to == NULL &&
        !reach_allows(round->params->reach, &address->address)) {
        leave_out(address);
        note_first(round, index, true);
        return;
    }
    wait_turn(round->params, address);
    note_first(round, index, false);
    fetch_at(&address->fetch, address, round->facts->host, PEER_UNLIMITED, round->params);
    note_first(round, index, true);
    if (address->fetch.peer.version[0] == '\0')
        return;
    try_limits(address, round->facts->host, round->params);
    wait_turn(round->params, address);
    fetch_at(&unknown_name, address, UNKNOWN_NAME, PEER_UNLIMITED, round->params);
    address->unknown_name_served = unknown_name.peer.version[0] != '\0';
    fetch_free(&unknown_name);
}

/* ---- Retries slow fetches: many at a time may have delayed each other. A retry begins while the
 * first fetch still waits, so a slow server costs its time once. */

/* Whether the first fetch, once begun, is slow and not done. */
static bool is_slow(struct round *round, const struct look *look)
{
    struct timespec end;
    int result = 0;
    pthread_mutex_lock(&round->lock);
    while (!look->first_begun)
        pthread_cond_wait(&round->changed, &round->lock);
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += FACTS_SLOW_MS / 1000;
    while (!look->first_done && result == 0)
        result = pthread_cond_timedwait(&round->changed, &round->lock, &end);
    bool done = look->first_done;
    pthread_mutex_unlock(&round->lock);
    return !done;
}

static void look_again(struct round *round, size_t index)
{
    struct look *look = &round->looks[index];
    if (!is_slow(round, look))
        return;
    wait_turn(round->params, &round->facts->addresses[index]);
    fetch_at(&look->again, &round->facts->addresses[index], round->facts->host, PEER_UNLIMITED,
             round->params);
}

/* Of two whole answers, the time of the quicker one counts. */
static void keep_quicker(struct round *round)
{
    for (size_t i = 0; i < round->facts->address_count; i++) {
        struct fetch *first = &round->facts->addresses[i].fetch;
        struct fetch *again = &round->looks[i].again;
        if (first->status != 0 && again->status != 0 && again->elapsed_ms < first->elapsed_ms)
            first->elapsed_ms = again->elapsed_ms;
        fetch_free(again);
    }
}

/* ---- All together: the addresses of the policy host, the retries, the mail hosts. */

static void try_one(void *context, size_t index)
{
    struct round *round = context;
    struct facts *facts = round->facts;
    if (index < facts->address_count) {
        try_address(round, index);
        return;
    }
    index -= facts->address_count;
    if (index < facts->address_count) {
        look_again(round, index);
        return;
    }
    index -= facts->address_count;
    struct facts_mx *mx = &facts->mx[index];
    mx->mxhost = mxhost_find(round->params->mxhosts, round->mx_names[index]);
    if (mx->mxhost != NULL)
        mxname_judge(&mx->name, round->params->dns, mx->mxhost->host, facts->domain,
                     mx->mxhost->outcome);
}

static void try_all(struct round *round)
{
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&round->lock, NULL);
    pthread_cond_init(&round->changed, &steady);
    jobs_run(2 * round->facts->address_count + round->facts->mx_count, OBSERVE_TRIES, try_one,
             round, NULL);
    pthread_cond_destroy(&round->changed);
    pthread_mutex_destroy(&round->lock);
    pthread_condattr_destroy(&steady);
    keep_quicker(round);
}

/* Drops those that could not be allocated. */
static void drop_unknown_mx(struct facts *facts)
{
    size_t kept = 0;
    for (size_t i = 0; i < facts->mx_count; i++) {
        if (facts->mx[i].mxhost != NULL)
            facts->mx[kept++] = facts->mx[i];
    }
    facts->mx_count = kept;
}

void observe_domain(struct facts *out, const char *domain, const struct observe_params *params,
                    int64_t now)
{
    char name[DNSDATA_NAME_MAX];
    struct round round = {.facts = out, .params = params};
    *out = (struct facts){.domain = domain, .now = now, .validates = dns_validates(params->dns)};
    snprintf(out->host, sizeof(out->host), "mta-sts.%s", domain);
    snprintf(name, sizeof(name), "_mta-sts.%s", domain);
    ask_texts(&round, name, &out->sts);
    follow(&round, name, &out->sts_alias);
    follow(&round, out->host, &out->host_alias);
    ask_texts(&round, domain, &out->apex);
    snprintf(name, sizeof(name), "_smtp._tls.%s", domain);
    ask_texts(&round, name, &out->tlsrpt);
    find_addresses(&round);
    ask_mx(&round);
    ask_caa(&round);
    ask_destinations(&round);
    try_all(&round);
    drop_unknown_mx(out);
    if (round.waited_ms < PATIENCE_MS)
        gone_find(out, params->dns);
    if (round.waited_ms < PATIENCE_MS)
        nearmiss_find(out, params->dns);
    free(round.mx_names);
}
