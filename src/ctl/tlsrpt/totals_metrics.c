/* SPDX-License-Identifier: ISC */
/* totals_metrics: what is shown of a tally, in the text format of Prometheus. */
#include "ctl/tlsrpt/totals_metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/printable.h"
#include "ctl/base/setup.h"
#include "ctl/tlsrpt/report_text.h"

#define PREFIX "mta_stsctl_tlsrpt_"
#define DAY_S  INT64_C(86400)

/* Rows by domain and kind, with "" for each domain that is not configured. */
static void relabel(struct tally_facts *rows, const struct config *config)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (setup_find(config, rows->items[i].domain) == NULL)
            rows->items[i].domain = "";
    }
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

static void write_counts(const struct tally_counts *counts, int64_t reports, int64_t unproven)
{
    const struct {
        const char *result;
        int64_t count;
    } rows[] = {
        {"read", reports},
        {"unauthenticated", unproven},
        {"duplicate", (int64_t)counts->duplicates},
        {"damaged", (int64_t)counts->damaged},
    };
    puts("# HELP " PREFIX "reports Reports; the unauthenticated ones are among those read.\n"
         "# TYPE " PREFIX "reports gauge");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        printable_say(stdout, PREFIX "reports{result=\"%s\"} %" PRId64, rows[i].result,
                      rows[i].count);
}

int totals_write_metrics(const struct totals *totals, const struct config *config, bool *failed,
                         struct error *why)
{
    struct totals_sums sums;
    struct tally_facts sessions = {0}, domains = {0};
    static const enum totals_list lists[] = {TOTALS_POLICIES};
    struct tally_facts *rows = &sums.lists[TOTALS_POLICIES];
    int result =
        totals_read(&sums, totals, &(struct totals_reading){.lists = lists, .list_count = 1}, why);
    if (result == 0) {
        relabel(rows, config);
        result =
            tally_sum(&sessions, rows->items, rows->count, TALLY_BY_DOMAIN | TALLY_BY_KIND, why);
    }
    if (result == 0)
        result = tally_sum(&domains, rows->items, rows->count, TALLY_BY_DOMAIN, why);
    if (result == 0) {
        const struct tally_counts *counts = &totals->tally->counts;
        bool is_stored = totals->store != NULL;
        write_sessions(&sessions);
        write_newest(&domains);
        write_counts(counts, is_stored ? sums.reports : (int64_t)counts->reports,
                     is_stored ? sums.unproven : (int64_t)counts->unproven);
    }
    *failed = sums.failures > 0;
    totals_free(&sums);
    free(sessions.items);
    free(domains.items);
    if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        result = error_set(why, "the metrics cannot be written");
    return result;
}
