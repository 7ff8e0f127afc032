/* SPDX-License-Identifier: ISC */
/* observe: asks DNS, the policy host and the mail hosts of one domain, and notes what they say. */
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
#define AT_ONCE     8
#define PATIENCE_MS 20000 /* for all answers of the domain; then no more is asked */

/* A name that is nobody's (RFC 6761): its policy host is served nowhere. */
#define STRANGER "mta-sts.not-served-here.invalid"

/* At a door of the policy host. */
struct look {
    bool first_done;
    struct fetch again; /* {0}: there was no need to */
};

/* One domain while it is observed. */
struct round {
    struct facts *facts;
    const struct observe_way *way;
    char (*mx_names)[DNSDATA_NAME_MAX];
    int64_t waited_ms;
    struct look looks[FACTS_DOORS_MAX];
    pthread_mutex_t lock; /* for their first_done */
    pthread_cond_t one_done;
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
    dns_lookup(round->way->dns, name, type, out);
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
    }
    out->looped = true;
}

static void ask_caa(struct round *round)
{
    const struct caa_ca any = {0};
    struct facts *facts = round->facts;
    if (round->waited_ms < PATIENCE_MS)
        facts->caa_refuses = caa_check(round->way->dns, facts->host, &any, &facts->caa_why) != 0;
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

static int compare_doors(const void *a, const void *b)
{
    const struct facts_door *one = a;
    const struct facts_door *other = b;
    return memcmp(one->address.bytes, other->address.bytes, sizeof(one->address.bytes));
}

/* In an order that is the same each time. */
static void add_doors(struct round *round, const struct dns_answer *answer, bool is_v4)
{
    struct facts *facts = round->facts;
    size_t length = is_v4 ? 4 : 16;
    size_t first = facts->door_count;
    for (size_t i = 0; i < answer->count && facts->door_count < FACTS_DOORS_MAX; i++) {
        struct facts_door *door = &facts->doors[facts->door_count];
        const struct dns_record *record = &answer->records[i];
        if (record->length != length ||
            !network_address_of_rdata(&door->address, record->bytes, record->length))
            continue;
        network_address_text(&door->address, door->text);
        door->scope = network_address_scope(&door->address);
        door->is_v4 = is_v4;
        facts->door_count++;
    }
    qsort(facts->doors + first, facts->door_count - first, sizeof(*facts->doors), compare_doors);
}

static void find_doors(struct round *round)
{
    struct facts *facts = round->facts;
    ask(round, facts->host, DNS_A, &facts->v4);
    ask(round, facts->host, DNS_AAAA, &facts->v6);
    facts->doors = calloc(FACTS_DOORS_MAX, sizeof(*facts->doors));
    if (facts->doors == NULL)
        return;
    facts->led_elsewhere = round->way->connect_to != NULL;
    if (facts->led_elsewhere) {
        snprintf(facts->doors[0].text, sizeof(facts->doors[0].text), "%s", round->way->connect_to);
        facts->door_count = 1;
        return;
    }
    add_doors(round, &facts->v4, true);
    add_doors(round, &facts->v6, false);
}

/* What stands for the answer of a door that is not tried. */
static void leave_out(struct facts_door *door)
{
    door->left_out = true;
    door->fetch.failure = FETCH_UNREACHABLE;
    error_set(&door->fetch.why, "a %s address, which was not tried", door->scope);
}

/* Fetches the policy of the host as it is served at the door. */
static void fetch_at(struct fetch *out, const struct facts_door *door, const char *host,
                     const struct observe_way *way)
{
    const struct fetch_request request = {
        .host = host,
        .address = &door->address,
        .connect_to = way->connect_to,
        .port = way->port,
        .trust = way->trust,
    };
    fetch_policy(out, &request);
}

static void note_first(struct round *round, size_t index)
{
    pthread_mutex_lock(&round->lock);
    round->looks[index].first_done = true;
    pthread_cond_broadcast(&round->one_done);
    pthread_mutex_unlock(&round->lock);
}

static void try_door(struct round *round, size_t index)
{
    struct facts_door *door = &round->facts->doors[index];
    struct fetch stranger;
    if (round->way->connect_to == NULL && !reach_allows(round->way->reach, &door->address)) {
        leave_out(door);
        note_first(round, index);
        return;
    }
    fetch_at(&door->fetch, door, round->facts->host, round->way);
    note_first(round, index);
    if (door->fetch.peer.version[0] == '\0')
        return;
    fetch_at(&stranger, door, STRANGER, round->way);
    door->stranger_served = stranger.peer.version[0] != '\0';
    fetch_free(&stranger);
}

/* ---- A second look at what is slow: many at a time may have held each other up. It begins while
 * the first still waits, so that a slow server is waited for once, and not twice. */

/* Whether the first look had its time and is not done. */
static bool is_slow(struct round *round, const struct look *look)
{
    struct timespec end;
    int result = 0;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += FACTS_SLOW_MS / 1000;
    pthread_mutex_lock(&round->lock);
    while (!look->first_done && result == 0)
        result = pthread_cond_timedwait(&round->one_done, &round->lock, &end);
    bool done = look->first_done;
    pthread_mutex_unlock(&round->lock);
    return !done;
}

static void look_again(struct round *round, size_t index)
{
    struct look *look = &round->looks[index];
    if (is_slow(round, look))
        fetch_at(&look->again, &round->facts->doors[index], round->facts->host, round->way);
}

/* Of two whole answers, the time of the quicker one counts. */
static void keep_quicker(struct round *round)
{
    for (size_t i = 0; i < round->facts->door_count; i++) {
        struct fetch *first = &round->facts->doors[i].fetch;
        struct fetch *again = &round->looks[i].again;
        if (first->status != 0 && again->status != 0 && again->elapsed_ms < first->elapsed_ms)
            first->elapsed_ms = again->elapsed_ms;
        fetch_free(again);
    }
}

/* ---- All together: the doors, the second looks at them, the mail hosts. */

static void try_one(void *context, size_t index)
{
    struct round *round = context;
    struct facts *facts = round->facts;
    if (index < facts->door_count) {
        try_door(round, index);
        return;
    }
    index -= facts->door_count;
    if (index < facts->door_count) {
        look_again(round, index);
        return;
    }
    index -= facts->door_count;
    facts->mx[index].exchange = exchange_find(round->way->exchanges, round->mx_names[index]);
}

static void try_all(struct round *round)
{
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&round->lock, NULL);
    pthread_cond_init(&round->one_done, &steady);
    jobs_run(2 * round->facts->door_count + round->facts->mx_count, AT_ONCE, try_one, round, NULL);
    pthread_cond_destroy(&round->one_done);
    pthread_mutex_destroy(&round->lock);
    pthread_condattr_destroy(&steady);
    keep_quicker(round);
}

/* Those that could not even be allocated are no facts. */
static void drop_unknown_mx(struct facts *facts)
{
    size_t kept = 0;
    for (size_t i = 0; i < facts->mx_count; i++) {
        if (facts->mx[i].exchange != NULL)
            facts->mx[kept++] = facts->mx[i];
    }
    facts->mx_count = kept;
}

void observe_domain(struct facts *out, const char *domain, const struct observe_way *way,
                    int64_t now)
{
    char name[DNSDATA_NAME_MAX];
    struct round round = {.facts = out, .way = way};
    *out = (struct facts){.domain = domain, .now = now, .validates = dns_validates(way->dns)};
    snprintf(out->host, sizeof(out->host), "mta-sts.%s", domain);
    snprintf(name, sizeof(name), "_mta-sts.%s", domain);
    ask_texts(&round, name, &out->sts);
    follow(&round, name, &out->sts_alias);
    follow(&round, out->host, &out->host_alias);
    ask_texts(&round, domain, &out->apex);
    snprintf(name, sizeof(name), "_smtp._tls.%s", domain);
    ask_texts(&round, name, &out->tlsrpt);
    find_doors(&round);
    ask_mx(&round);
    ask_caa(&round);
    try_all(&round);
    drop_unknown_mx(out);
    free(round.mx_names);
}
