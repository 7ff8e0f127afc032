/* SPDX-License-Identifier: ISC */
/* report_policy: one entry of a report's policies, read. */
#include "ctl/tlsrpt/report_policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/policy/mxmatch.h"
#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/report_text.h"

#define DIGITS_MAX   12  /* of REPORT_COUNT_MAX, less one */
#define PATTERNS_MAX 200 /* of a policy that are compared with a failure's MX */
#define MODE_ROOM    16

/* The policy that the sender used, as far as it says so. */
struct used {
    char patterns[PATTERNS_MAX][REPORT_TEXT_MAX + 1];
    size_t count;
};

static void note(struct report *report, enum report_oddity oddity)
{
    report->oddities |= 1u << oddity;
}

/* ---- Numbers. */

static bool number_of_text(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || text[digits] != '\0')
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (text[i] - '0');
    return true;
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

/* ---- The policy that the sender used. */

static void use_pattern(struct used *used, const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && strchr(" \t\r.", text[length - 1]) != NULL)
        length--;
    if (length == 0 || length > REPORT_TEXT_MAX || used->count == PATTERNS_MAX)
        return;
    memcpy(used->patterns[used->count], text, length);
    used->patterns[used->count++][length] = '\0';
}

static void use_mode(struct report_policy *out, const char *text, size_t length)
{
    char word[MODE_ROOM];
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        length--;
    if (length >= sizeof(word))
        return;
    memcpy(word, text, length);
    word[length] = '\0';
    out->has_mode = policy_mode_parse(&out->mode, word, NULL) == 0;
}

/* Each line of a text: "mode: testing". */
static void use_lines(struct report_policy *out, struct used *used, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (strncasecmp(text, "mode:", 5) == 0)
            use_mode(out, text + 5, length - 5);
        else if (strncasecmp(text, "mx:", 3) == 0)
            use_pattern(used, text + 3, length - 3);
        text += length;
        text += *text == '\n';
    }
}

/* RFC 8460 has lists; some senders write one text, and the RFC's first example did (erratum 6241).
 */
static const json_t *text_at(struct report *report, const json_t *value, size_t index)
{
    if (json_is_string(value)) {
        note(report, REPORT_ODD_POLICY_STRING);
        return index == 0 ? value : NULL;
    }
    if (value != NULL && !json_is_null(value) && !json_is_array(value))
        note(report, REPORT_ODD_POLICY_STRING);
    const json_t *item = json_array_get(value, index);
    if (item != NULL && !json_is_string(item))
        note(report, REPORT_ODD_POLICY_STRING);
    return item;
}

static void read_used(struct report *report, struct report_policy *out, struct used *used,
                      const json_t *policy)
{
    const json_t *item;
    const json_t *lines = json_object_get(policy, "policy-string");
    const json_t *hosts = json_object_get(policy, "mx-host");
    if (hosts == NULL)
        hosts = json_object_get(policy, "mx-host-pattern");
    for (size_t i = 0; (item = text_at(report, lines, i)) != NULL; i++) {
        if (json_is_string(item) && out->kind == REPORT_STS)
            use_lines(out, used, json_string_value(item));
    }
    for (size_t i = 0; (item = text_at(report, hosts, i)) != NULL; i++) {
        if (json_is_string(item) && out->kind == REPORT_STS)
            use_pattern(used, json_string_value(item), json_string_length(item));
    }
}

static int read_policy(struct report *report, struct report_policy *out, struct used *used,
                       const json_t *policy, struct error *why)
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
    read_used(report, out, used, policy);
    return 0;
}

/* ---- Failures. */

static bool is_outside(const struct used *used, const char *mx)
{
    for (size_t i = 0; i < used->count; i++) {
        if (mxmatch(used->patterns[i], mx))
            return false;
    }
    return used->count > 0 && used->count < PATTERNS_MAX && mx[0] != '\0';
}

static const char *text_of(struct report *report, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return report_text(&report->arena, text != NULL ? text : "");
}

static int read_failure(struct report *report, struct report_failure *out, const struct used *used,
                        const json_t *item, struct error *why)
{
    bool given;
    bool odd = false;
    const char *mx = json_string_value(json_object_get(item, "receiving-mx-hostname"));
    if (!json_is_object(item))
        return error_set(why, "this is no object");
    if (read_count(report, item, "failed-session-count", &given, &out->sessions, why) != 0)
        return -1;
    out->type = text_of(report, item, "result-type");
    out->reason = text_of(report, item, "failure-reason-code");
    out->mx = report_host(&report->arena, mx != NULL ? mx : "", &odd);
    if (out->type == NULL || out->reason == NULL || out->mx == NULL)
        return error_set(why, "out of memory");
    if (odd)
        note(report, REPORT_ODD_MX);
    if (out->type[0] == '\0')
        note(report, REPORT_ODD_RESULT);
    out->outside = is_outside(used, out->mx);
    return 0;
}

static int read_failures(struct report *report, struct report_policy *out, const struct used *used,
                         const json_t *list, struct error *why)
{
    struct error reason;
    size_t count = json_array_size(list);
    if (list != NULL && !json_is_null(list) && !json_is_array(list))
        return error_set(why, "failure-details is no list");
    out->details = arena_alloc(&report->arena, (count + 1) * sizeof(*out->details));
    if (out->details == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        if (read_failure(report, &out->details[i], used, item, &reason) != 0)
            return error_set(why, "failure-details[%zu]: %s", i, reason.text);
        out->count++;
    }
    return 0;
}

static int read_summary(struct report *report, struct report_policy *out, const json_t *summary,
                        struct error *why)
{
    bool given;
    int64_t sum = 0;
    if (summary != NULL && !json_is_object(summary))
        return error_set(why, "summary is no object");
    if (read_count(report, summary, "total-successful-session-count", &given, &out->successes,
                   why) != 0 ||
        read_count(report, summary, "total-failure-session-count", &given, &out->failures, why) !=
            0)
        return -1;
    for (size_t i = 0; i < out->count; i++)
        sum += out->details[i].sessions; /* far from overflowing: see the bounds */
    if (sum > out->failures && given)
        note(report, REPORT_ODD_SUM);
    if (sum > out->failures)
        out->failures = sum;
    return 0;
}

int report_read_policy(struct report *report, struct report_policy *out, const json_t *item,
                       struct error *why)
{
    struct used used;
    used.count = 0;
    *out = (struct report_policy){0};
    if (!json_is_object(item))
        return error_set(why, "this is no object");
    if (read_policy(report, out, &used, json_object_get(item, "policy"), why) != 0 ||
        read_failures(report, out, &used, json_object_get(item, "failure-details"), why) != 0)
        return -1;
    return read_summary(report, out, json_object_get(item, "summary"), why);
}
