/* SPDX-License-Identifier: ISC */
/* report_policy: one entry of a report's policies, read. */
#include "ctl/tlsrpt/report_policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/report_used.h"

#define NOT_COUNTED (-1) /* by the sender: sessions of a detail, until the summary is read */
#define DIGITS_MAX  12   /* of REPORT_COUNT_MAX, less one */

static void note(struct report *report, enum report_oddity oddity)
{
    report->oddities |= 1u << oddity;
}

/* ---- Numbers. */

static bool number_of_text(const char *text, int64_t *out)
{
    size_t digits = 0, length = strspn(text, "0123456789,");
    *out = 0;
    for (size_t i = 0; i < length && digits <= DIGITS_MAX; i++) { /* "1,234" */
        if (text[i] == ',')
            continue;
        digits++;
        *out = *out * 10 + (text[i] - '0');
    }
    return digits > 0 && digits <= DIGITS_MAX && text[length] == '\0';
}

static int check_count(int64_t count, const char *key, struct error *why)
{
    if (count < 0)
        return error_set(why, "%s is negative", key);
    if (count > REPORT_COUNT_MAX)
        return error_set(why, "%s is larger than any sender's sessions of a day", key);
    return 0;
}

/* 0 where the key is not there, which *given tells. */
static int read_count(struct report *report, const json_t *object, const char *key, bool *given,
                      int64_t *out, struct error *why)
{
    const json_t *value = json_object_get(object, key);
    double real = json_real_value(value);
    *given = true;
    *out = 0;
    if (json_is_integer(value)) {
        *out = (int64_t)json_integer_value(value);
        return check_count(*out, key, why);
    }
    note(report, REPORT_ODD_COUNT);
    *given = value != NULL && !json_is_null(value);
    if (!*given || (json_is_string(value) && number_of_text(json_string_value(value), out)))
        return 0;
    if (!json_is_real(value) || !(real > -1.0 && real <= (double)REPORT_COUNT_MAX))
        return error_set(why, "%s is no number that sessions can have", key);
    *out = (int64_t)real;
    return (double)*out == real ? check_count(*out, key, why)
                                : error_set(why, "%s is no whole number", key);
}

/* ---- What the entry is about. */

static int read_policy(struct report *report, struct report_policy *out, const json_t *policy,
                       struct error *why)
{
    static const enum report_kind kinds[] = {REPORT_STS, REPORT_TLSA, REPORT_NO_POLICY};
    bool odd = false;
    const char *type = json_string_value(json_object_get(policy, "policy-type"));
    const char *domain = json_string_value(json_object_get(policy, "policy-domain"));
    if (!json_is_object(policy))
        return error_set(why, "there is no object \"policy\"");
    out->kind = REPORT_OTHER_KIND;
    for (size_t i = 0; type != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcasecmp(type, report_kind_name(kinds[i])) == 0)
            out->kind = kinds[i];
    }
    if (out->kind == REPORT_OTHER_KIND)
        note(report, REPORT_ODD_KIND);
    out->domain = report_host(&report->arena, domain != NULL ? domain : "", &odd);
    if (out->domain == NULL)
        return error_set(why, "out of memory");
    if (odd || out->domain[0] == '\0')
        note(report, REPORT_ODD_DOMAIN);
    return report_read_used(report, out, policy, why);
}

/* ---- Failures. */

static const char *text_of(struct report *report, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return report_text(&report->arena, text != NULL ? text : "");
}

/* "mx.example.com[192.0.2.1]:25" names an MX, and "[192.0.2.1]" an address; "unknown" is neither.
 */
static void strip_address(char *mx)
{
    size_t length = strcspn(mx, "[");
    if (length == 0 && mx[strcspn(mx, "]")] == ']') {
        memmove(mx, mx + 1, strlen(mx));
        length = strcspn(mx, "]");
    }
    mx[length] = '\0';
    if (strcasecmp(mx, "unknown") == 0 || strcasecmp(mx, "none") == 0)
        mx[0] = '\0';
}

/* The MX as well as the sender names it: by the key of RFC 8460, by one that some write in its
 * place, by its address. NULL when out of memory. */
static const char *read_mx(struct report *report, const json_t *item)
{
    static const char *const keys[] = {"receiving-mx-hostname", "receiving-mx-host-name",
                                       "receiving-ip"};
    bool odd = false;
    size_t i = 0;
    char mx[2 * REPORT_TEXT_MAX] = "";
    for (; i < sizeof(keys) / sizeof(keys[0]) && mx[0] == '\0'; i++) {
        const char *text = json_string_value(json_object_get(item, keys[i]));
        if (text != NULL)
            snprintf(mx, sizeof(mx), "%s", text);
        strip_address(mx);
    }
    const char *host = report_host(&report->arena, mx, &odd);
    if (odd && i < sizeof(keys) / sizeof(keys[0]))
        note(report, REPORT_ODD_MX);
    return host;
}

static int read_failure(struct report *report, struct report_failure *out,
                        const struct report_policy *policy, const json_t *item, struct error *why)
{
    bool given;
    if (!json_is_object(item))
        return error_set(why, "this is no object");
    if (read_count(report, item, "failed-session-count", &given, &out->sessions, why) != 0)
        return -1;
    if (!given)
        out->sessions = NOT_COUNTED;
    out->type = text_of(report, item, "result-type");
    out->reason = text_of(report, item, "failure-reason-code");
    out->ip = text_of(report, item, "receiving-ip");
    out->sender_ip = text_of(report, item, "sending-mta-ip");
    out->helo = text_of(report, item, "receiving-mx-helo");
    out->mx = read_mx(report, item);
    if (out->type == NULL || out->reason == NULL || out->mx == NULL || out->ip == NULL ||
        out->sender_ip == NULL || out->helo == NULL)
        return error_set(why, "out of memory");
    if (out->type[0] == '\0')
        note(report, REPORT_ODD_RESULT);
    report_match_mx(out, policy);
    return 0;
}

static int read_failures(struct report *report, struct report_policy *out, const json_t *list,
                         struct error *why)
{
    struct error reason;
    size_t count = json_array_size(list);
    bool is_empty = json_is_null(list) || (json_is_object(list) && json_object_size(list) == 0) ||
                    (json_is_string(list) && json_string_length(list) == 0);
    if (is_empty && !json_is_null(list))
        note(report, REPORT_ODD_LIST);
    if (json_is_object(list) && !is_empty) {
        note(report, REPORT_ODD_LIST);
        count = 1;
    } else if (list != NULL && !is_empty && !json_is_array(list)) {
        return error_set(why, "failure-details is no list");
    }
    out->details = arena_alloc(&report->arena, (count + 1) * sizeof(*out->details));
    if (out->details == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(list) ? json_array_get(list, i) : list;
        if (json_is_null(item)) {
            note(report, REPORT_ODD_LIST);
            continue;
        }
        if (read_failure(report, &out->details[out->count], out, item, &reason) != 0)
            return error_set(why, "failure-details[%zu]: %s", i, reason.text);
        out->count++;
    }
    return 0;
}

/* Details without a count share what the summary counts beside the others; each stands for one
 * failed session at least. Returns the sum of all. */
static int64_t share_rest(struct report_policy *out)
{
    int64_t sum = 0, missing = 0;
    for (size_t i = 0; i < out->count; i++) {
        missing += out->details[i].sessions == NOT_COUNTED;
        sum += out->details[i].sessions == NOT_COUNTED ? 0 : out->details[i].sessions;
    }
    int64_t rest = out->failures > sum ? out->failures - sum : 0;
    for (size_t i = 0; i < out->count; i++) {
        if (out->details[i].sessions != NOT_COUNTED)
            continue;
        int64_t share = (rest + missing - 1) / missing;
        missing--;
        out->details[i].sessions = share > 0 ? share : 1;
        rest -= share;
        sum += out->details[i].sessions;
    }
    return sum;
}

static int read_summary(struct report *report, struct report_policy *out, const json_t *summary,
                        struct error *why)
{
    bool given;
    if (summary != NULL && !json_is_object(summary))
        return error_set(why, "summary is no object");
    if (read_count(report, summary, "total-successful-session-count", &given, &out->successes,
                   why) != 0 ||
        read_count(report, summary, "total-failure-session-count", &given, &out->failures, why) !=
            0)
        return -1;
    int64_t sum = share_rest(out); /* far from overflowing: see the bounds */
    if (sum > out->failures && given)
        note(report, REPORT_ODD_SUM);
    if (sum > out->failures)
        out->failures = sum;
    return 0;
}

int report_read_policy(struct report *report, struct report_policy *out, const json_t *item,
                       struct error *why)
{
    *out = (struct report_policy){0};
    if (!json_is_object(item))
        return error_set(why, "this is no object");
    const json_t *policy = json_object_get(item, "policy");
    if (policy == NULL && json_object_get(item, "policy-type") != NULL) {
        note(report, REPORT_ODD_LIST);
        policy = item;
    }
    if (read_policy(report, out, policy, why) != 0 ||
        read_failures(report, out, json_object_get(item, "failure-details"), why) != 0)
        return -1;
    return read_summary(report, out, json_object_get(item, "summary"), why);
}
