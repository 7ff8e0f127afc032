/* SPDX-License-Identifier: ISC */
/* totals_json: what is shown of a tally, as JSON. */
#include "ctl/tlsrpt/totals_json.h"

#include <stdio.h>
#include <string.h>

#include "ctl/base/writer.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

static void write_day(struct writer *out, const char *name, int day)
{
    char text[16];
    writer_text(out, name, day != 0 ? report_day_text(day, text) : NULL);
}

static void write_names(struct writer *out, const struct tally_fact *fact, unsigned keys)
{
    if ((keys & TALLY_BY_DOMAIN) != 0)
        writer_shown(out, "domain", fact->domain);
    if ((keys & TALLY_BY_KIND) != 0)
        writer_text(out, "policy_type", report_kind_name(fact->kind));
    if ((keys & TALLY_BY_ORGANISATION) != 0)
        writer_shown(out, "organisation", fact->organisation);
    if ((keys & TALLY_BY_MX) != 0)
        writer_shown(out, "mx", fact->mx);
    if ((keys & TALLY_BY_ADDRESS) != 0) {
        writer_shown(out, "receiving_ip", fact->ip);
        writer_shown(out, "sending_ip", fact->sender_ip);
        writer_shown(out, "helo", fact->helo);
    }
    if ((keys & TALLY_BY_TYPE) == 0)
        return;
    writer_shown(out, "failure_type", fact->type);
    writer_shown(out, "reason", fact->reason);
    writer_boolean(out, "mx_not_in_policy", fact->outside);
}

/* In percent, and in points: as texts, since they are rounded for people. */
static void write_share(struct writer *out, const struct tally_fact *fact)
{
    char share[TOTALS_SHARE_MAX], trend[TOTALS_SHARE_MAX];
    totals_share(share, fact->successes, fact->failures);
    totals_trend(trend, &fact->trend);
    writer_text(out, "success", share[0] != '-' ? share : NULL);
    writer_text(out, "trend", strcmp(trend, "-") != 0 ? trend : NULL);
}

static void write_fact(struct writer *out, const struct tally_fact *fact, unsigned keys,
                       bool failed)
{
    writer_start(out, NULL);
    write_names(out, fact, keys);
    if (!failed) {
        writer_number(out, "reports",
                      (keys & TALLY_BY_KIND) != 0 ? fact->kind_reports : fact->reports);
        if ((keys & TALLY_BY_ORGANISATION) != 0)
            writer_number(out, "unauthenticated_reports", fact->unproven_reports);
        writer_number(out, "successes", fact->successes);
        write_share(out, fact);
    }
    writer_number(out, "failures", fact->failures);
    if ((keys & TALLY_BY_DAY) != 0) {
        write_day(out, "day", fact->first_day);
    } else {
        write_day(out, "first_day", fact->first_day);
        write_day(out, "last_day", fact->last_day);
    }
    writer_end(out);
}

static void write_facts(struct writer *out, const char *name, const struct tally_facts *facts,
                        unsigned keys, bool failed)
{
    writer_list(out, name);
    for (size_t i = 0; i < facts->count; i++)
        write_fact(out, &facts->items[i], keys, failed);
    writer_end(out);
}

static void write_senders(struct writer *out, const char *name, const struct tally_facts *senders)
{
    writer_list(out, name);
    for (size_t i = 0; i < senders->count; i++)
        writer_shown(out, NULL, senders->items[i].organisation);
    writer_end(out);
}

static int write_advice(void *context, const char *domain, const struct advice *advice)
{
    struct writer *out = context;
    writer_start(out, NULL);
    writer_shown(out, "domain", domain);
    writer_text(out, "verdict", advice_verdict_name(advice->verdict));
    writer_text(out, "mode", advice->has_mode ? policy_mode_name(advice->mode) : NULL);
    write_day(out, "newest_day", advice->newest_day);
    write_day(out, "first_day", advice->first_day);
    write_day(out, "last_day", advice->last_day);
    writer_number(out, "reported_days", advice->reported_days);
    writer_number(out, "clean_days", advice->clean_days);
    writer_number(out, "clean_sessions", advice->clean_sessions);
    writer_number(out, "recent_days", advice->recent_days);
    writer_number(out, "recent_sessions", advice->recent_sessions);
    write_senders(out, "senders", &advice->senders);
    write_senders(out, "silent_senders", &advice->silent);
    writer_number(out, "unauthenticated", advice->unproven);
    write_day(out, "ready_day", advice->ready_day);
    write_facts(out, "hindrances", &advice->hindrances,
                TALLY_BY_MX | TALLY_BY_TYPE | TALLY_BY_FAILURE, true);
    writer_list(out, "advice");
    for (size_t i = 0; i < advice->line_count; i++)
        writer_shown(out, NULL, advice->lines[i]);
    writer_end(out);
    writer_end(out);
    return 0;
}

static void write_said(struct writer *out, const struct findings *said)
{
    static const char *const severities[] = {
        [SEVERITY_ERROR] = "error",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_NOTE] = "notice",
    };
    writer_list(out, "said");
    for (size_t i = 0; i < said->count; i++) {
        const struct finding *item = &said->items[i];
        writer_start(out, NULL);
        writer_shown(out, "file", item->where);
        writer_text(out, "severity", severities[item->severity]);
        writer_shown(out, "text", item->problem);
        writer_end(out);
    }
    writer_end(out);
}

static void write_counts(struct writer *out, const struct totals *totals,
                         const struct totals_sums *sums)
{
    const struct tally_counts *counts = &totals->tally->counts;
    bool is_stored = totals->store != NULL;
    writer_number(out, "files", (int64_t)counts->files);
    writer_number(out, "reports", is_stored ? sums->reports : (int64_t)counts->reports);
    writer_number(out, "unauthenticated", is_stored ? sums->unproven : (int64_t)counts->unproven);
    writer_number(out, "taken_in", is_stored ? (int64_t)counts->reports : 0);
    writer_number(out, "known", (int64_t)counts->known);
    writer_number(out, "duplicates", (int64_t)counts->duplicates);
    writer_number(out, "left_out", (int64_t)counts->outside);
    writer_number(out, "without_report", (int64_t)counts->without);
    writer_number(out, "dmarc_reports", (int64_t)counts->dmarc);
    writer_number(out, "damaged", (int64_t)counts->damaged);
}

/* Those that were not summed are empty. */
static void write_lists(struct writer *out, const struct totals_sums *sums)
{
    for (size_t i = 0; i < TOTALS_LISTS; i++) {
        const struct totals_view *view = &totals_views[i];
        write_facts(out, view->name, &sums->lists[i], view->keys, view->failed);
    }
}

static void write_news(struct writer *out, const struct store_news *news)
{
    writer_list(out, "new");
    for (size_t i = 0; i < news->count; i++) {
        const struct store_new *item = &news->items[i];
        writer_start(out, NULL);
        writer_shown(out, "domain", item->domain);
        writer_text(out, "policy_type", report_kind_name(item->kind));
        writer_shown(out, "mx", item->mx);
        writer_shown(out, "failure_type", item->type);
        writer_boolean(out, "of_last_run", item->is_of_last_run);
        writer_boolean(out, "told", item->is_told);
        writer_end(out);
    }
    writer_end(out);
}

int totals_write_json(const struct totals *totals, bool *failed, struct error *why)
{
    struct writer out = {0};
    struct totals_sums sums;
    static const enum totals_list all[] = {TOTALS_POLICIES, TOTALS_ORGANISATIONS, TOTALS_MX,
                                           TOTALS_TYPES,    TOTALS_KINDS,         TOTALS_FAILURES,
                                           TOTALS_DETAILS,  TOTALS_IPS,           TOTALS_DAYS};
    const struct totals_shown *shown = totals->shown;
    const struct totals_reading reading = {
        .lists = shown->is_by ? &shown->by : all,
        .list_count = shown->is_by ? 1 : TOTALS_LISTS,
        .tell = shown->is_by ? NULL : write_advice,
        .context = &out,
    };
    writer_open(&out, &writer_json, stdout);
    write_said(&out, totals->said);
    write_news(&out, totals->news);
    writer_list(&out, "domains");
    int result = totals_read(&sums, totals, &reading, why);
    writer_end(&out);
    if (result == 0) {
        write_counts(&out, totals, &sums);
        write_lists(&out, &sums);
    }
    if (result == 0 && writer_finish(&out) != 0)
        result = error_set(why, "the sums cannot be written");
    *failed = sums.failures > 0;
    totals_free(&sums);
    writer_close(&out);
    return result;
}
