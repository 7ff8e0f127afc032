/* SPDX-License-Identifier: ISC */
/* totals_json: the lists that totals are made of, and their JSON. */
#include "ctl/tlsrpt/totals_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base/print.h"
#include "ctl/tlsrpt/report_text.h"

const struct totals_view totals_views[TOTALS_LISTS] = {
    [TOTALS_POLICIES] = {"policies", TALLY_BY_DOMAIN | TALLY_BY_KIND, false},
    [TOTALS_ORGANISATIONS] = {"organisations", TALLY_BY_ORGANISATION, false},
    [TOTALS_MX] = {"mx", TALLY_BY_MX, true},
    [TOTALS_KINDS] = {"failure_types", TALLY_BY_FAILURE, true},
    [TOTALS_FAILURES] = {"failures",
                         TALLY_BY_DOMAIN | TALLY_BY_KIND | TALLY_BY_ORGANISATION | TALLY_BY_MX |
                             TALLY_BY_FAILURE,
                         true},
    [TOTALS_DAYS] = {"days", TALLY_BY_DAY, false},
};

int totals_sum(struct tally_facts *out, const struct tally *tally, const struct totals_view *view,
               struct error *why)
{
    size_t kept = 0;
    const struct tally_facts *facts = &tally->facts;
    if (!view->failed)
        return tally_sum(out, facts->items, facts->count, view->keys, why);
    *out = (struct tally_facts){0};
    struct tally_fact *items = calloc(facts->count + 1, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->items[i].failed)
            items[kept++] = facts->items[i];
    }
    int result = tally_sum(out, items, kept, view->keys, why);
    free(items);
    return result;
}

int totals_each_advice(const struct totals *totals, totals_tell *tell, void *context,
                       struct error *why)
{
    const struct tally_facts *facts = &totals->tally->facts;
    int result = 0;
    for (size_t start = 0, end = 0; start < facts->count && result == 0; start = end) {
        struct advice advice;
        const char *domain = facts->items[start].domain;
        while (end < facts->count && strcmp(facts->items[end].domain, domain) == 0)
            end++;
        if (domain[0] == '\0') /* for nobody to act on */
            continue;
        result = advice_make(&advice, facts->items + start, end - start, totals->today, why);
        if (result == 0 && tell(context, domain, &advice) != 0)
            result = error_set(why, "out of memory");
        advice_free(&advice);
    }
    return result;
}

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
    if ((view->keys & TALLY_BY_FAILURE) != 0) {
        result |= add(out, "failure_type", json_string(fact->type));
        result |= add(out, "reason", json_string(fact->reason));
        result |= add(out, "mx_not_in_policy", json_boolean(fact->outside));
    }
    if (!view->failed) {
        result |=
            add(out, "reports",
                json_integer((view->keys & TALLY_BY_KIND) != 0 ? fact->entries : fact->reports));
        result |= add(out, "successes", json_integer(fact->successes));
    }
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

static int add_advice(void *context, const char *domain, const struct advice *advice)
{
    static const struct totals_view hindrance = {"hindrances", TALLY_BY_MX | TALLY_BY_FAILURE,
                                                 true};
    const char *mode = advice->has_mode ? policy_mode_name(advice->mode) : NULL;
    return json_array_append_new(
        context,
        json_pack("{s:s, s:s, s:s?, s:o, s:o, s:i, s:i, s:I, s:o, s:o, s:o}", "domain", domain,
                  "verdict", advice_verdict_name(advice->verdict), "mode", mode, "first_day",
                  day_json(advice->first_day), "last_day", day_json(advice->last_day),
                  "reported_days", advice->reported_days, "clean_days", advice->clean_days,
                  "clean_sessions", (json_int_t)advice->clean_sessions, "ready_day",
                  day_json(advice->ready_day), "hindrances",
                  facts_json(&advice->hindrances, &hindrance), "advice", lines_json(advice)));
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
        if (totals_sum(&rows, totals->tally, &totals_views[i], why) != 0)
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
    json_t *domains = json_array();
    json_t *root = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "files", (json_int_t)totals->files, "reports",
        (json_int_t)totals->reports, "duplicates", (json_int_t)totals->duplicates, "left_out",
        (json_int_t)totals->outside, "without_report", (json_int_t)totals->without, "damaged",
        (json_int_t)totals->damaged, "said", said_json(totals->said), "domains", domains);
    if (root == NULL)
        return error_set(why, "out of memory");
    if (totals_each_advice(totals, add_advice, domains, why) != 0 ||
        add_lists(root, totals, why) != 0) {
        json_decref(root);
        return -1;
    }
    return print_json(root) == 0 ? 0 : error_set(why, "the sums cannot be written");
}
