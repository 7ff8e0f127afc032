/* SPDX-License-Identifier: ISC */
/* fuzz_report: any bytes as a file of TLS reports, through to the advice. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/advice.h"
#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/reportfile.h"
#include "ctl/tlsrpt/tally.h"

#define NOW   INT64_C(1795305600) /* 2026-11-22 */
#define TODAY ((int)(NOW / 86400))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_printable(const char *text)
{
    assert(strlen(text) <= REPORT_TEXT_MAX);
    for (; *text != '\0'; text++)
        assert(*text >= ' ' && *text < 0x7f);
}

static void check_report(const struct report *report)
{
    check_printable(report->organisation);
    check_printable(report->id);
    for (size_t i = 0; i < report->count; i++) {
        const struct report_policy *policy = &report->policies[i];
        int64_t sum = 0;
        check_printable(policy->domain);
        assert(policy->successes >= 0 && policy->successes <= REPORT_COUNT_MAX);
        for (size_t j = 0; j < policy->count; j++) {
            check_printable(policy->details[j].type);
            check_printable(policy->details[j].reason);
            check_printable(policy->details[j].mx);
            assert(policy->details[j].sessions >= 0);
            sum += policy->details[j].sessions;
        }
        assert(policy->failures >= sum);
    }
}

static void take_text(void *context, const struct reportfile_text *text)
{
    bool id_again;
    struct report report;
    struct error why;
    assert(text->length <= REPORTFILE_TEXT_MAX && text->where[0] != '\0');
    if (report_parse(&report, text->json, text->length, text->domain, NOW, &why) != 0)
        return;
    check_report(&report);
    tally_add(context, &report, &(struct tally_filter){0}, &id_again, &why);
    report_free(&report);
}

static void take_broken(void *context, const char *where, const char *reason)
{
    (void)context;
    assert(where[0] != '\0' && reason[0] != '\0');
}

static void take_dmarc(void *context, const char *where)
{
    (void)context;
    assert(where[0] != '\0');
}

static void take_empty(void *context, const char *where, size_t count)
{
    (void)context;
    assert(where[0] != '\0' && count > 0);
}

static void check_advice(const struct tally_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        struct advice advice;
        assert(facts->items[i].failures >= 0 && facts->items[i].successes >= 0);
        if (advice_make(&advice, &facts->items[i], facts->count - i, TODAY, NULL) == 0)
            assert(advice.line_count > 0 && advice.clean_days >= 0);
        advice_free(&advice);
        if (i > 4) /* each looks at all that follow */
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hosts[] = {"mail.example.com"};
    static const struct dkimauth auth = {hosts, 1};
    static const struct reportfile_events events = {.auth = &auth,
                                                    .text = take_text,
                                                    .broken = take_broken,
                                                    .dmarc = take_dmarc,
                                                    .empty = take_empty};
    struct tally tally = {0};
    struct tally_facts days;
    reportfile_read("a!example.com!1!2.json", data, size, &events, &tally);
    tally_finish(&tally);
    check_advice(&tally.facts);
    if (tally_sum(&days, tally.facts.items, tally.facts.count, TALLY_BY_DAY, NULL) == 0)
        free(days.items);
    tally_free(&tally);
    return 0;
}
