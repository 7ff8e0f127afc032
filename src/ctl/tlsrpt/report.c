/* SPDX-License-Identifier: ISC */
/* report: one TLS report (RFC 8460 section 4), read from its JSON, hostile or merely odd. */
#include "ctl/tlsrpt/report.h"

#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/report_fold.h"
#include "ctl/tlsrpt/report_mx.h"
#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/report_parsedmarc.h"
#include "ctl/tlsrpt/report_policy.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/reportscan.h"

#define DAY_S        INT64_C(86400)
#define FIRST_DATE   INT64_C(1451606400) /* 2016: before, nobody had heard of TLS reports */
#define AHEAD_S      (2 * DAY_S)         /* a clock, or a zone, may be wrong by that much */
#define SPAN_MAX_S   (2 * DAY_S)
#define MILLISECONDS INT64_C(100000000000) /* larger times are not in seconds */

/* Bytes of an older encoding, as in an organisation's name, become question marks. */
static json_t *load_latin1(const char *json, size_t length, unsigned *oddities, json_error_t *fault)
{
    char *text = g_utf8_make_valid(json, (gssize)length);
    json_t *root = json_loadb(text, strlen(text), JSON_REJECT_DUPLICATES, fault);
    g_free(text);
    *oddities |= 1u << REPORT_ODD_UTF8;
    return root;
}

static json_t *load(const char *json, size_t length, unsigned *oddities, struct error *why)
{
    json_error_t fault;
    char text[JSON_ERROR_TEXT_LENGTH + 1];
    if (reportscan_take(&(struct reportscan){0}, (const unsigned char *)json, length, why) != 0)
        return NULL;
    json_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL && json_error_code(&fault) == json_error_invalid_utf8 &&
        memchr(json, '\0', length) == NULL)
        root = load_latin1(json, length, oddities, &fault);
    if (root != NULL)
        return root;
    if (json_error_code(&fault) == json_error_premature_end_of_input)
        error_set(why, "the JSON is cut off in line %d", fault.line);
    else if (json_error_code(&fault) == json_error_null_character ||
             json_error_code(&fault) == json_error_null_byte_in_key)
        error_set(why, "no valid report in line %d: a text holds a NUL character", fault.line);
    else
        error_set(why, "no valid JSON in line %d: %s", fault.line,
                  report_clean(text, sizeof(text), fault.text));
    return NULL;
}

/* The organisation's address names it as well. */
static int read_names(struct report *out, const json_t *root, struct error *why)
{
    const char *name = json_string_value(json_object_get(root, "organization-name"));
    const char *id = json_string_value(json_object_get(root, "report-id"));
    if (name == NULL || name[0] == '\0') {
        out->oddities |= 1u << REPORT_ODD_ORGANISATION;
        name = json_string_value(json_object_get(root, "contact-info"));
        const char *at = name != NULL ? strrchr(name, '@') : NULL;
        name = at != NULL && at[1] != '\0' ? at + 1 : NULL;
    }
    out->is_named = name != NULL;
    if (id == NULL || id[0] == '\0')
        out->oddities |= 1u << REPORT_ODD_ID;
    out->organisation = report_text(&out->arena, name != NULL ? name : "(not named)");
    out->id = report_text(&out->arena, id != NULL ? id : "");
    return out->organisation != NULL && out->id != NULL ? 0 : error_set(why, "out of memory");
}

/* A date as text, or as seconds or milliseconds since the epoch. Returns 0, 1 where there is none,
 * or -1 where it cannot be read. */
static int read_date(const json_t *value, int64_t *out, bool *no_zone)
{
    if (json_is_integer(value)) {
        *out = (int64_t)json_integer_value(value);
        if (*out > MILLISECONDS)
            *out /= 1000;
        return 0;
    }
    if (!json_is_string(value))
        return 1;
    return report_date(out, json_string_value(value), no_zone);
}

static int read_start(struct report *out, const json_t *range, int64_t now, int64_t *start,
                      struct error *why)
{
    char clean[64];
    bool no_zone = false;
    const json_t *value = json_object_get(range, "start-datetime");
    const char *text = json_is_string(value) ? json_string_value(value) : "a number";
    int result = read_date(value, start, &no_zone);
    if (result > 0)
        return error_set(why, "date-range has no start-datetime, so its day is not known");
    if (result < 0)
        return error_set(why, "\"%s\" is no date of RFC 3339 (2026-11-21T00:00:00Z)",
                         report_clean(clean, sizeof(clean), text));
    if (*start < FIRST_DATE || *start > now + AHEAD_S)
        return error_set(why, "its date, %s, cannot be right",
                         report_clean(clean, sizeof(clean), text));
    if (no_zone)
        out->oddities |= 1u << REPORT_ODD_ZONE;
    return 0;
}

/* The day in the middle: some senders' days do not begin at midnight UTC, as section 4.1 says they
 * should. */
static int read_day(struct report *out, const json_t *root, int64_t now, struct error *why)
{
    int64_t start = 0;
    int64_t end = 0;
    bool no_zone = false;
    const json_t *range = json_object_get(root, "date-range");
    if (read_start(out, range, now, &start, why) != 0)
        return -1;
    if (read_date(json_object_get(range, "end-datetime"), &end, &no_zone) != 0 || end <= start ||
        end > now + AHEAD_S + DAY_S) {
        end = start;
        out->oddities |= 1u << REPORT_ODD_DATE;
    }
    if (end - start > SPAN_MAX_S)
        out->oddities |= 1u << REPORT_ODD_SPAN;
    out->start_day = (int)(start / DAY_S);
    out->day = (int)((start + (end - start) / 2) / DAY_S);
    return 0;
}

/* A policy that names no domain is for that of the others, or of the hint. */
static void fill_domains(struct report *out, const char *hint)
{
    const char *domain = hint;
    for (size_t i = 0; i < out->count && domain == hint; i++) {
        if (out->policies[i].domain[0] != '\0')
            domain = out->policies[i].domain;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (out->policies[i].domain[0] == '\0')
            out->policies[i].domain = domain;
    }
}

static int read_policies(struct report *out, const json_t *root, const char *domain,
                         struct error *why)
{
    const json_t *list = json_object_get(root, "policies");
    bool odd = false;
    struct error reason;
    size_t count = json_is_array(list) ? json_array_size(list) : 1;
    if (!json_is_array(list) && json_object_size(list) == 0)
        return error_set(why, "no list of policies, so this is no TLS report");
    if (count == 0)
        out->oddities |= 1u << REPORT_ODD_EMPTY;
    if (!json_is_array(list))
        out->oddities |= 1u << REPORT_ODD_LIST;
    if (count > REPORT_POLICIES_MAX)
        return error_set(why, "more than %d policies, which no report needs", REPORT_POLICIES_MAX);
    out->policies = arena_alloc(&out->arena, (count + 1) * sizeof(*out->policies));
    const char *hint = report_host(&out->arena, domain != NULL ? domain : "", &odd);
    if (out->policies == NULL || hint == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(list) ? json_array_get(list, i) : list;
        if (report_read_policy(out, &out->policies[out->count], item, &reason) == 0)
            out->count++;
        else if (out->left_out++ == 0)
            error_set(&out->why_left_out, "policies[%zu]: %s", i, reason.text);
    }
    if (out->count == 0 && out->left_out > 0)
        return error_set(why, "%s", out->why_left_out.text);
    fill_domains(out, odd ? "" : hint);
    return 0;
}

/* ---- What tells copies from other reports. */

static void hash_text(char out[REPORT_HASH_MAX], const char *a, const char *b)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)a, (gssize)(strlen(a) + 1));
    g_checksum_update(sum, (const guchar *)b, (gssize)strlen(b));
    snprintf(out, REPORT_HASH_MAX, "%s", g_checksum_get_string(sum));
    g_checksum_free(sum);
}

/* Of the JSON without its layout, and of the names as they are: what is shown of them is cut, and
 * has question marks. */
static int read_hashes(struct report *out, const json_t *root, struct error *why)
{
    const char *name = json_string_value(json_object_get(root, "organization-name"));
    const char *id = json_string_value(json_object_get(root, "report-id"));
    char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
    if (text == NULL)
        return error_set(why, "out of memory");
    hash_text(out->content, out->count > 0 ? out->policies[0].domain : "", text);
    hash_text(out->identity, name != NULL ? name : "", id != NULL ? id : "");
    free(text);
    return 0;
}

int report_parse(struct report *out, const char *json, size_t length, const char *domain,
                 int64_t now, struct error *why)
{
    int result = -1;
    *out = (struct report){0};
    json_t *root = load(json, length, &out->oddities, why);
    if (root == NULL) {
        *out = (struct report){0};
        return -1;
    }
    if (report_parsedmarc_restore(&root) != 0)
        error_set(why, "out of memory");
    else if (read_names(out, root, why) == 0 && read_day(out, root, now, why) == 0)
        result = read_policies(out, root, domain, why);
    if (result == 0) {
        report_find_mx_hosts(out);
        report_fold(out);
        result = read_hashes(out, root, why);
    }
    json_decref(root);
    if (result != 0)
        report_free(out);
    return result;
}

void report_free(struct report *report)
{
    arena_free(&report->arena);
    *report = (struct report){0};
}
