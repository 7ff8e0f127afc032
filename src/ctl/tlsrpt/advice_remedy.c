/* SPDX-License-Identifier: ISC */
/* advice_remedy: what fails at each MX host, and what to do about all of it. */
#include "ctl/tlsrpt/advice_remedy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/name/hostname.h"
#include "ctl/tlsrpt/advice_days.h"
#include "ctl/tlsrpt/advice_lines.h"
#include "ctl/tlsrpt/failure.h"
#include "ctl/tlsrpt/report_text.h"

#define HOSTS_TOLD   8
#define FAULTS_TOLD  4   /* of one host */
#define REASON_SHOWN 100 /* bytes; the whole is in JSON */

/* The hindrances of one MX host, which are next to each other. */
struct host {
    const struct tally_fact *faults;
    size_t count;
};

/* A line in the making. */
struct line {
    char text[1400];
    size_t used;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(line->text + line->used, sizeof(line->text) - line->used, format, arguments);
    va_end(arguments);
    line->used += length > 0 ? (size_t)length : 0;
    if (line->used >= sizeof(line->text))
        line->used = sizeof(line->text) - 1;
}

/* ---- The faults. */

static void add_reason(struct line *line, const char *reason)
{
    char clean[REASON_SHOWN];
    if (reason[0] != '\0')
        add(line, " (%s)", report_clean(clean, sizeof(clean), reason));
}

/* "failed on 26 days since 2026-01-05, every 28 days" */
static void add_history(struct line *line, const struct tally_fact *row)
{
    char first[16];
    if (row == NULL || row->reports <= ADVICE_CLEAN_DAYS)
        return;
    add(line,
        "; it comes back: failed on %" PRId64 " days since %s, with up to %" PRId64 " days between",
        row->entries, report_day_text(row->first_day, first), row->reports / 2);
}

static void add_faults(struct line *line, const struct advice *advice, const struct host *host)
{
    char last[16];
    const char *before = "";
    for (size_t i = 0; i < host->count && i < FAULTS_TOLD; i++) {
        const struct tally_fact *fact = &host->faults[i];
        bool is_of_type_before = strcmp(before, fact->type) == 0 && i > 0;
        add(line, "%s%" PRId64 " session%s with %s", i == 0 ? "" : ", ", fact->failures,
            advice_plural(fact->failures),
            fact->type[0] != '\0' ? fact->type : "a failure that the report does not name");
        add_reason(line, fact->reason);
        add(line, ", last on %s", report_day_text(fact->last_day, last));
        if (!is_of_type_before)
            add_history(line, advice_repeated(advice, fact->mx, fact->type));
        before = fact->type;
    }
    if (host->count > FAULTS_TOLD)
        add(line, ", and %zu more", host->count - FAULTS_TOLD);
}

/* ---- The remedy: for all faults of the host at once, since one that is left fails as well. */

static const struct tally_fact *find_outside(const struct host *host)
{
    for (size_t i = 0; i < host->count; i++) {
        if (host->faults[i].outside)
            return &host->faults[i];
    }
    return NULL;
}

/* validation-failure of a host that the policy does not name is just that. */
static bool is_own_fault(const struct tally_fact *fact)
{
    return !fact->outside || strcasecmp(fact->type, "validation-failure") != 0;
}

/* The remedies of the host's own faults, each once; returns how many. */
static size_t add_remedies(struct line *line, const struct host *host)
{
    const char *told[FAULTS_TOLD];
    size_t count = 0;
    for (size_t i = 0; i < host->count && count < FAULTS_TOLD; i++) {
        const char *remedy = failure_find(host->faults[i].type)->remedy;
        bool is_new = is_own_fault(&host->faults[i]);
        for (size_t j = 0; j < count; j++)
            is_new = is_new && strcmp(told[j], remedy) != 0;
        if (!is_new)
            continue;
        add(line, "%s%s", count > 0 ? "; " : "", remedy);
        told[count++] = remedy;
    }
    return count;
}

static void add_outside(struct line *line, const struct host *host,
                        const struct tally_fact *outside)
{
    bool has_own = false;
    for (size_t i = 0; i < host->count; i++)
        has_own = has_own || is_own_fault(&host->faults[i]);
    add(line, "no mx line of the policy matches this name");
    if (outside->wildcard[0] != '\0')
        add(line, " (`%s` covers one label only)", outside->wildcard);
    if (!has_own) {
        add(line, ": add it to the policy, or take it out of DNS");
        return;
    }
    add(line, ", and it fails by itself: take it out of DNS; or first ");
    add_remedies(line, host);
    add(line, ", and name it in an mx line of the policy only when that is done");
}

static int say_host(struct advice *advice, const struct host *host, struct error *why)
{
    struct line line = {.used = 0};
    const char *mx = host->faults[0].mx;
    const struct tally_fact *outside = find_outside(host);
    add(&line, "%s hinders: ", mx[0] != '\0' ? mx : "An MX that the reports do not name");
    add_faults(&line, advice, host);
    add(&line, ". To do: ");
    if (outside != NULL)
        add_outside(&line, host, outside);
    else
        add_remedies(&line, host);
    return advice_say(advice, why, "%s.", line.text);
}

/* ---- The order: hosts by their failures, and their faults together. */

static int compare_within(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    if (a->entries != b->entries) /* here: the failures of the host */
        return a->entries < b->entries ? 1 : -1;
    int order = strcmp(a->mx, b->mx);
    if (order == 0 && a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    return order != 0 ? order : strcmp(a->type, b->type);
}

/* The hindrances are sorted by MX, as tally_sum leaves them. */
static void sort_hosts(struct tally_facts *facts)
{
    for (size_t start = 0, end = 0; start < facts->count; start = end) {
        int64_t sum = 0;
        while (end < facts->count && strcmp(facts->items[end].mx, facts->items[start].mx) == 0)
            sum = tally_add_up(sum, facts->items[end++].failures);
        for (size_t i = start; i < end; i++)
            facts->items[i].entries = sum;
    }
    if (facts->count > 0)
        qsort(facts->items, facts->count, sizeof(*facts->items), compare_within);
}

int advice_say_hindrances(struct advice *advice, struct error *why)
{
    struct tally_facts *facts = &advice->hindrances;
    size_t hosts = 0;
    sort_hosts(facts);
    for (size_t start = 0, end = 0; start < facts->count; start = end, hosts++) {
        while (end < facts->count && strcmp(facts->items[end].mx, facts->items[start].mx) == 0)
            end++;
        if (hosts < HOSTS_TOLD &&
            say_host(advice, &(struct host){&facts->items[start], end - start}, why) != 0)
            return -1;
    }
    return hosts <= HOSTS_TOLD
               ? 0
               : advice_say(advice, why, "And %zu more MX hosts, see above.", hosts - HOSTS_TOLD);
}
