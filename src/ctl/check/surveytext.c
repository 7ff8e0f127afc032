/* SPDX-License-Identifier: ISC */
/* surveytext: writes the results of one domain as text. */
#include "ctl/check/surveytext.h"

#include <stdio.h>
#include <string.h>

#include "ctl/base/print.h"

#define NAMES_MAX 256
#define CODES_MAX 48

static void write_head(const struct facts *facts)
{
    const struct policy *policy = &facts->policy.policy;
    const char *id = facts->record.id;
    char policy_text[80] = "no valid policy";
    if (facts->policy_valid)
        snprintf(policy_text, sizeof(policy_text), "%s, max_age %u, %zu mx",
                 policy_mode_name(policy->mode), policy->max_age, policy->mx_count);
    print_line("%s: %s, %s %s, %zu MX", facts->domain, policy_text, id[0] != '\0' ? "id" : "no",
               id[0] != '\0' ? id : "id", facts->mx_count);
}

static enum print_tone tone_of(enum verdict_ending ending)
{
    switch (ending) {
    case VERDICT_DELIVERS:
        return PRINT_PLAIN;
    case VERDICT_REPORTS:
    case VERDICT_UNTESTED:
    case VERDICT_DEPENDS:
        return PRINT_WARNING;
    case VERDICT_DEFERS:
    case VERDICT_BOUNCES:
        break;
    }
    return PRINT_ERROR;
}

static bool is_same(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static bool is_alike(const struct verdict *one, const struct verdict *other)
{
    return one->ending == other->ending && one->state == other->state &&
           is_same(one->codes.deferred, other->codes.deferred) &&
           is_same(one->codes.returned, other->codes.returned) &&
           strcmp(one->reason.text, other->reason.text) == 0;
}

/* "4.7.5, then 5.7.5 (predicted)". */
static void write_codes(char *out, size_t size, const struct verdict *verdict)
{
    const struct verdict_codes *codes = &verdict->codes;
    snprintf(out, size, "%s%s%s%s", codes->deferred != NULL ? codes->deferred : "-",
             codes->returned != NULL ? ", then " : "",
             codes->returned != NULL ? codes->returned : "",
             verdict->predicted ? " (predicted)" : "");
}

/* Senders that do the same share a row, in the place of the first of them: why, then who. */
static int add_alike(struct print_table *table, const struct verdict *all, size_t index)
{
    const struct verdict *verdict = &all[index];
    char names[NAMES_MAX] = "";
    char codes[CODES_MAX];
    char reason[sizeof(verdict->reason.text) + NAMES_MAX + 4];
    for (size_t i = 0; i < index; i++) {
        if (is_alike(verdict, &all[i]))
            return 0;
    }
    for (size_t i = index; i < VERDICT_COUNT; i++) {
        size_t used = strlen(names);
        if (is_alike(verdict, &all[i]))
            snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
                     all[i].sender);
    }
    write_codes(codes, sizeof(codes), verdict);
    snprintf(reason, sizeof(reason), "%s (%s)", verdict->reason.text, names);
    return print_table_add(table, tone_of(verdict->ending),
                           (const char *[]){verdict_ending_name(verdict->ending), codes,
                                            verdict_state_name(verdict->state), reason});
}

int surveytext_write(const struct inspection *item)
{
    struct print_table table = {.columns = 4};
    int result = 0;
    write_head(&item->facts);
    if (findings_write(&item->findings) != 0)
        return -1;
    for (size_t i = 0; i < VERDICT_COUNT && result == 0; i++)
        result = add_alike(&table, item->verdicts, i);
    if (result == 0)
        print_table_write(&table);
    print_table_free(&table);
    return result;
}
