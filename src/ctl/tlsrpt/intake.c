/* SPDX-License-Identifier: ISC */
/* intake: takes file after file into a tally, and says what cannot be read or is odd. */
#include "ctl/tlsrpt/intake.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/base/progress.h"
#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/reportfile.h"

#define PLACE_MAX 4400

static void say(struct intake *intake, enum severity severity, const char *where,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Names of files and attachments are strangers' words as well. */
static void say(struct intake *intake, enum severity severity, const char *where,
                const char *format, ...)
{
    static const char *const names[] = {
        [SEVERITY_ERROR] = "error",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_NOTE] = "notice",
    };
    char text[PLACE_MAX + 1024], clean[PLACE_MAX + 1024], place[PLACE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    report_clean(clean, sizeof(clean), text);
    report_clean(place, sizeof(place), where);
    findings_say(&intake->said, severity, place, 0, "%s", clean);
    progress_wipe();
    printable_say(stderr, "%s: %s: %s", place, names[severity], clean);
}

/* ---- What is odd: said once for each organisation, not for each of its thousand reports. */

static json_t *entry_of(json_t *odd, const char *organisation, unsigned oddity)
{
    json_t *of_organisation = json_object_get(odd, organisation);
    char key[16];
    snprintf(key, sizeof(key), "%u", oddity);
    if (of_organisation == NULL) {
        json_object_set_new(odd, organisation, json_object());
        of_organisation = json_object_get(odd, organisation);
    }
    json_t *entry = json_object_get(of_organisation, key);
    if (entry != NULL)
        return entry;
    json_object_set_new(of_organisation, key, json_object());
    return json_object_get(of_organisation, key);
}

/* A lack of memory costs a notice, no more. */
static void note_oddities(struct intake *intake, const struct report *report, const char *where)
{
    if (intake->odd == NULL && report->oddities != 0)
        intake->odd = json_object();
    for (unsigned oddity = 0; oddity < REPORT_ODDITIES; oddity++) {
        if ((report->oddities & (1u << oddity)) == 0)
            continue;
        json_t *entry = entry_of(intake->odd, report->organisation, oddity);
        json_int_t count = json_integer_value(json_object_get(entry, "count"));
        json_object_set_new(entry, "count", json_integer(count + 1));
        if (count == 0)
            json_object_set_new(entry, "first", json_string_nocheck(where));
    }
}

static void say_oddity(struct intake *intake, const char *organisation, unsigned oddity,
                       const json_t *entry)
{
    const char *first = json_string_value(json_object_get(entry, "first"));
    long long count = (long long)json_integer_value(json_object_get(entry, "count"));
    if (entry != NULL && first != NULL)
        say(intake, SEVERITY_NOTE, first, "%lld report%s of %s: %s", count, count == 1 ? "" : "s",
            organisation, report_oddity_text((enum report_oddity)oddity));
}

static void say_oddities(struct intake *intake)
{
    const char *organisation;
    json_t *of_organisation;
    json_object_foreach(intake->odd, organisation, of_organisation)
    {
        for (unsigned oddity = 0; oddity < REPORT_ODDITIES; oddity++) {
            char key[16];
            snprintf(key, sizeof(key), "%u", oddity);
            say_oddity(intake, organisation, oddity, json_object_get(of_organisation, key));
        }
    }
}

/* ---- Reports. */

static void count_report(struct intake *intake, const struct report *report, const char *where)
{
    const char *first = "";
    struct error why;
    switch (tally_add(&intake->tally, report, where, &intake->filter, &first, &why)) {
    case TALLY_ADDED:
        intake->totals.reports++;
        note_oddities(intake, report, where);
        break;
    case TALLY_KNOWN:
        intake->totals.duplicates++;
        say(intake, SEVERITY_NOTE, where,
            "the report %s of %s was already read, from %s, and is counted once", report->id,
            report->organisation, first);
        return;
    case TALLY_OUTSIDE:
        intake->totals.outside++;
        break;
    case TALLY_FULL:
        intake->totals.damaged++;
        say(intake, SEVERITY_ERROR, where, "not counted, or not whole: %s", why.text);
        return;
    }
    if (report->left_out > 0) {
        intake->totals.damaged++;
        say(intake, SEVERITY_ERROR, where, "%zu of its policies left out: %s", report->left_out,
            report->why_left_out.text);
    }
}

static void take_text(void *context, const struct reportfile_text *text)
{
    struct intake *intake = context;
    struct report report;
    struct error why;
    if (report_parse(&report, text->json, text->length, text->domain, intake->now, &why) != 0) {
        intake->totals.damaged++;
        say(intake, SEVERITY_ERROR, text->where, "%s", why.text);
        return;
    }
    if (!text->usual)
        report.oddities |= 1u << REPORT_ODD_TYPE;
    count_report(intake, &report, text->where);
    report_free(&report);
}

static void take_broken(void *context, const char *where, const char *reason)
{
    struct intake *intake = context;
    intake->totals.damaged++;
    say(intake, SEVERITY_ERROR, where, "%s", reason);
}

static void take_empty(void *context, const char *where, size_t count)
{
    struct intake *intake = context;
    intake->totals.without += count;
    if (count == 1)
        say(intake, SEVERITY_WARNING, where, "a mail to which no TLS report is attached");
    else
        say(intake, SEVERITY_WARNING, where,
            "the first of %zu mails to which no TLS report is attached", count);
}

static void take_file(void *context, const char *path, const unsigned char *bytes, size_t length)
{
    static const struct reportfile_events events = {
        .text = take_text, .broken = take_broken, .empty = take_empty};
    struct intake *intake = context;
    intake->totals.files++;
    reportfile_read(path, bytes, length, &events, intake);
    progress_step();
}

const struct gather_events intake_events = {.file = take_file, .failed = take_broken};

void intake_finish(struct intake *intake)
{
    progress_end();
    say_oddities(intake);
    tally_finish(&intake->tally);
    intake->totals.tally = &intake->tally;
    intake->totals.said = &intake->said;
}

void intake_free(struct intake *intake)
{
    tally_free(&intake->tally);
    findings_free(&intake->said);
    json_decref(intake->odd);
    *intake = (struct intake){0};
}
