/* SPDX-License-Identifier: ISC */
/* totals_json: what is shown of a tally, as JSON. */
#include "ctl/tlsrpt/totals_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "ctl/base/print.h"
#include "ctl/tlsrpt/report_text.h"

/* ---- JSON. Every function passes NULL on. */

static int add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value);
}

static json_t *day_json(int day)
{
    char text[16];
    return day != 0 ? json_string(report_day_text(day, text)) : json_null();
}

static json_t *fact_json(const struct tally_fact *fact, const struct totals_view *view)
{
    json_t *out = json_object();
    int result = 0;
    if ((view->keys & TALLY_BY_DOMAIN) != 0)
        result |= add(out, "domain", json_string(fact->domain));
    if ((view->keys & TALLY_BY_KIND) != 0)
        result |= add(out, "policy_type", json_string(report_kind_name(fact->kind)));
    if ((view->keys & TALLY_BY_ORGANISATION) != 0)
        result |= add(out, "organisation", json_string(fact->organisation));
    if ((view->keys & TALLY_BY_MX) != 0)
        result |= add(out, "mx", json_string(fact->mx));
    if ((view->keys & TALLY_BY_TYPE) != 0) {
        result |= add(out, "failure_type", json_string(fact->type));
        result |= add(out, "reason", json_string(fact->reason));
        result |= add(out, "mx_not_in_policy", json_boolean(fact->outside));
    }
    if (!view->failed) {
        result |= add(
            out, "reports",
            json_integer((view->keys & TALLY_BY_KIND) != 0 ? fact->kind_reports : fact->reports));
        result |= add(out, "successes", json_integer(fact->successes));
    }
    if (view->keys == TALLY_BY_ORGANISATION)
        result |= add(out, "unauthenticated_reports", json_integer(fact->unproven_reports));
    result |= add(out, "failures", json_integer(fact->failures));
    if ((view->keys & TALLY_BY_DAY) != 0)
        result |= add(out, "day", day_json(fact->first_day));
    else
        result |= add(out, "first_day", day_json(fact->first_day)) |
                  add(out, "last_day", day_json(fact->last_day));
    if (result == 0)
        return out;
    json_decref(out);
    return NULL;
}

static json_t *facts_json(const struct tally_facts *facts, const struct totals_view *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < facts->count && list != NULL; i++) {
        if (json_array_append_new(list, fact_json(&facts->items[i], view)) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

static json_t *lines_json(const struct advice *advice)
{
    json_t *list = json_array();
    for (size_t i = 0; i < advice->line_count && list != NULL; i++) {
        if (json_array_append_new(list, json_string(advice->lines[i])) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

static json_t *senders_json(const struct tally_facts *senders)
{
    json_t *list = json_array();
    for (size_t i = 0; i < senders->count && list != NULL; i++) {
        if (json_array_append_new(list, json_string(senders->items[i].organisation)) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

static int add_advice(void *context, const char *domain, const struct advice *advice)
{
    static const struct totals_view hindrance = {
        "hindrances", TALLY_BY_MX | TALLY_BY_TYPE | TALLY_BY_FAILURE, true};
    const char *mode = advice->has_mode ? policy_mode_name(advice->mode) : NULL;
    json_t *judged = json_pack(
        "{s:s, s:s, s:s?, s:o, s:o, s:o, s:i, s:i, s:I, s:o, s:o, s:o}", "domain", domain,
        "verdict", advice_verdict_name(advice->verdict), "mode", mode, "newest_day",
        day_json(advice->newest_day), "first_day", day_json(advice->first_day), "last_day",
        day_json(advice->last_day), "reported_days", advice->reported_days, "clean_days",
        advice->clean_days, "clean_sessions", (json_int_t)advice->clean_sessions, "ready_day",
        day_json(advice->ready_day), "hindrances", facts_json(&advice->hindrances, &hindrance),
        "advice", lines_json(advice));
    json_t *more =
        json_pack("{s:i, s:I, s:o, s:o, s:I}", "recent_days", advice->recent_days,
                  "recent_sessions", (json_int_t)advice->recent_sessions, "senders",
                  senders_json(&advice->senders), "silent_senders", senders_json(&advice->silent),
                  "unauthenticated", (json_int_t)advice->unproven);
    int result = judged != NULL && more != NULL ? json_object_update(judged, more) : -1;
    json_decref(more);
    if (result == 0)
        return json_array_append_new(context, judged);
    json_decref(judged);
    return -1;
}

static json_t *said_json(const struct findings *said)
{
    static const char *const severities[] = {
        [SEVERITY_ERROR] = "error",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_NOTE] = "notice",
    };
    json_t *list = json_array();
    for (size_t i = 0; i < said->count && list != NULL; i++) {
        const struct finding *item = &said->items[i];
        json_t *entry = json_pack("{s:s, s:s, s:s}", "file", item->where, "severity",
                                  severities[item->severity], "text", item->problem);
        if (json_array_append_new(list, entry) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

static int add_lists(json_t *root, const struct totals *totals, struct error *why)
{
    for (size_t i = 0; i < TOTALS_LISTS; i++) {
        struct tally_facts rows;
        if (totals_sum(&rows, totals, (enum totals_list)i, why) != 0)
            return -1;
        int result = add(root, totals_views[i].name, facts_json(&rows, &totals_views[i]));
        free(rows.items);
        if (result != 0)
            return error_set(why, "out of memory");
    }
    return 0;
}

int totals_write_json(const struct totals *totals, struct error *why)
{
    const struct tally_counts *counts = &totals->tally->counts;
    json_t *domains = json_array();
    json_t *root = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "files", (json_int_t)counts->files,
        "reports", (json_int_t)counts->reports, "unauthenticated", (json_int_t)counts->unproven,
        "duplicates", (json_int_t)counts->duplicates, "left_out", (json_int_t)counts->outside,
        "without_report", (json_int_t)counts->without, "damaged", (json_int_t)counts->damaged,
        "said", said_json(totals->said), "domains", domains);
    if (root == NULL)
        return error_set(why, "out of memory");
    if (totals_each_advice(totals, add_advice, domains, why) != 0 ||
        add_lists(root, totals, why) != 0) {
        json_decref(root);
        return -1;
    }
    return print_json(root) == 0 ? 0 : error_set(why, "the sums cannot be written");
}
