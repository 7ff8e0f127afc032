/* SPDX-License-Identifier: ISC */
/* policy: an MTA-STS policy as a value, its one rendering, and its parsing from a file's bytes
 * (RFC 8461 section 3.2). */
#include "common/policy/policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VERSION_LINE   "version: STSv1\r\n"
#define MODE_KEY       "mode: "
#define MX_KEY         "mx: "
#define MAX_AGE_KEY    "max_age: "
#define LINE_END       "\r\n"
#define MAX_AGE_DIGITS 10 /* RFC 8461 section 3.2, erratum 7282 */

static const char *const mode_names[] = {
    [POLICY_MODE_NONE] = "none",
    [POLICY_MODE_TESTING] = "testing",
    [POLICY_MODE_ENFORCE] = "enforce",
};

#define MODE_COUNT (sizeof(mode_names) / sizeof(mode_names[0]))

int policy_mode_parse(enum policy_mode *out, const char *text, struct error *why)
{
    for (size_t i = 0; i < MODE_COUNT; i++) {
        if (strcmp(text, mode_names[i]) == 0) {
            *out = (enum policy_mode)i;
            return 0;
        }
        if (strcasecmp(text, mode_names[i]) == 0)
            return error_set(why, "mode \"%s\" is not in lower case; write %s", text,
                             mode_names[i]);
    }
    if (strcasecmp(text, "report") == 0)
        return error_set(why, "mode \"%s\" is of a draft and obsolete; write testing", text);
    return error_set(why, "\"%.100s\" is no mode; write enforce, testing or none", text);
}

const char *policy_mode_name(enum policy_mode mode)
{
    return mode_names[mode];
}

int policy_max_age_parse(uint32_t *out, const char *text, struct error *why)
{
    size_t digits = strspn(text, "0123456789");
    size_t zeros = strspn(text, "0");
    uint64_t value = 0;

    if (digits == 0 || text[digits] != '\0')
        return error_set(why,
                         "max_age \"%.100s\" is not a number; write seconds in plain digits, such "
                         "as %d",
                         text, POLICY_AGE_ENFORCE);
    for (size_t i = zeros; i < digits && value <= POLICY_MAX_AGE; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    if (value > POLICY_MAX_AGE)
        return error_set(
            why, "max_age %.100s is over %d, the most that RFC 8461 allows; write %d or less", text,
            POLICY_MAX_AGE, POLICY_MAX_AGE - 1);
    if (digits > MAX_AGE_DIGITS)
        return error_set(why,
                         "max_age \"%.100s\" has more than %d digits; write it without zeros "
                         "in front",
                         text, MAX_AGE_DIGITS);
    *out = (uint32_t)value;
    return 0;
}

static size_t max_age_text(char out[16], uint32_t max_age)
{
    return (size_t)snprintf(out, 16, "%lu", (unsigned long)max_age);
}

size_t policy_rendered_length(const struct policy *policy)
{
    char number[16];
    size_t length = strlen(VERSION_LINE MODE_KEY LINE_END MAX_AGE_KEY LINE_END);

    length += strlen(policy_mode_name(policy->mode));
    for (size_t i = 0; i < policy->mx_count; i++)
        length += strlen(MX_KEY LINE_END) + strlen(policy->mx[i]);
    return length + max_age_text(number, policy->max_age);
}

static char *put(char *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

static char *put_line(char *out, const char *key, const char *value)
{
    return put(put(put(out, key), value), LINE_END);
}

char policy_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static char *put_lower_line(char *out, const char *key, const char *value)
{
    char *text = put(out, key);
    char *end = put_line(out, key, value);
    for (; text < end; text++)
        *text = policy_lower(*text);
    return end;
}

void policy_render(const struct policy *policy, char *out)
{
    char number[16];

    out = put(out, VERSION_LINE);
    out = put_line(out, MODE_KEY, policy_mode_name(policy->mode));
    for (size_t i = 0; i < policy->mx_count; i++)
        out = put_lower_line(out, MX_KEY, policy->mx[i]);
    (void)max_age_text(number, policy->max_age);
    (void)put_line(out, MAX_AGE_KEY, number);
}
