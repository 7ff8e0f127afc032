/* SPDX-License-Identifier: ISC */
/* totals_metrics: what is shown of a tally, in the text format of Prometheus. */
#include "ctl/tlsrpt/totals_metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/base/setup.h"
#include "ctl/tlsrpt/report_text.h"

#define PREFIX "mta_stsctl_tlsrpt_"
#define DAY_S  INT64_C(86400)

/* The facts with "" for each domain that is not configured; free(3) the items. */
static int relabel(struct tally_facts *out, const struct totals *totals,
                   const struct config *config, unsigned keys, struct error *why)
{
    const struct tally_facts *facts = &totals->tally->facts;
    struct tally_fact *items = calloc(facts->count + 1, sizeof(*items));
    *out = (struct tally_facts){0};
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < facts->count; i++) {
        bool is_same = i > 0 && facts->items[i].domain == facts->items[i - 1].domain;
        items[i] = facts->items[i];
        if (is_same)
            items[i].domain = items[i - 1].domain;
        else if (setup_find(config, items[i].domain) == NULL)
            items[i].domain = "";
    }
    int result = tally_sum(out, items, facts->count, keys, why);
    free(items);
    return result;
}

/* Label values are host names of the configuration and words of ours: none needs an escape. */
static void write_sessions(const struct tally_facts *rows)
{
    puts("# HELP " PREFIX "sessions Sessions in the reports that were read.\n# TYPE " PREFIX
         "sessions gauge");
    for (size_t i = 0; i < rows->count; i++) {
        const struct tally_fact *row = &rows->items[i];
        const char *kind = report_kind_name(row->kind);
        printable_say(
            stdout, PREFIX "sessions{domain=\"%s\",policy_type=\"%s\",result=\"success\"} %" PRId64,
            row->domain, kind, row->successes);
        printable_say(
            stdout, PREFIX "sessions{domain=\"%s\",policy_type=\"%s\",result=\"failure\"} %" PRId64,
            row->domain, kind, row->failures);
    }
}

static void write_newest(const struct tally_facts *rows)
{
    puts("# HELP " PREFIX "newest_report_timestamp_seconds Begin of the day of the newest "
         "report.\n# TYPE " PREFIX "newest_report_timestamp_seconds gauge");
    for (size_t i = 0; i < rows->count; i++)
        printable_say(stdout, PREFIX "newest_report_timestamp_seconds{domain=\"%s\"} %" PRId64,
                      rows->items[i].domain, rows->items[i].last_day * DAY_S);
}

static void write_counts(const struct tally_counts *counts)
{
    const struct {
        const char *result;
        size_t count;
    } rows[] = {
        {"read", counts->reports},
        {"unauthenticated", counts->unproven},
        {"duplicate", counts->duplicates},
        {"damaged", counts->damaged},
    };
    puts("# HELP " PREFIX "reports Reports; the unauthenticated ones are among those read.\n"
         "# TYPE " PREFIX "reports gauge");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        printable_say(stdout, PREFIX "reports{result=\"%s\"} %zu", rows[i].result, rows[i].count);
}

int totals_write_metrics(const struct totals *totals, const struct config *config,
                         struct error *why)
{
    struct tally_facts sessions = {0}, domains = {0};
    int result = relabel(&sessions, totals, config, TALLY_BY_DOMAIN | TALLY_BY_KIND, why);
    if (result == 0)
        result = relabel(&domains, totals, config, TALLY_BY_DOMAIN, why);
    if (result == 0) {
        write_sessions(&sessions);
        write_newest(&domains);
        write_counts(&totals->tally->counts);
    }
    free(sessions.items);
    free(domains.items);
    if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        result = error_set(why, "the metrics cannot be written");
    return result;
}
