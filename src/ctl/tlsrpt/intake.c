/* SPDX-License-Identifier: ISC */
/* intake: takes file after file into a tally, and says what cannot be read or is odd. */
#include "ctl/tlsrpt/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "ctl/base/progress.h"
#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/reportfile.h"

#define ORGANISATIONS_MAX 1000 /* whose oddities are told */
#define NUMBER_MAX        40

/* ---- What is odd: said once for each organisation, not for each of its thousand reports. */

static struct intake_odd *odd_of(struct intake *intake, const char *organisation)
{
    const char *name = intern_text(&intake->tally.texts, &intake->tally.arena, organisation);
    for (size_t i = 0; i < intake->odd_count; i++) {
        if (intake->odd[i].organisation == name)
            return &intake->odd[i];
    }
    if (name == NULL || intake->odd_count == ORGANISATIONS_MAX)
        return NULL;
    struct intake_odd *items = array_grow(intake->odd, intake->odd_count, sizeof(*items));
    if (items == NULL)
        return NULL;
    intake->odd = items;
    items[intake->odd_count] = (struct intake_odd){.organisation = name};
    return &items[intake->odd_count++];
}

/* A lack of memory costs a notice, no more. */
static void note_oddities(struct intake *intake, const struct report *report, const char *where)
{
    struct intake_odd *odd = report->oddities != 0 ? odd_of(intake, report->organisation) : NULL;
    for (unsigned oddity = 0; odd != NULL && oddity < REPORT_ODDITIES; oddity++) {
        if ((report->oddities & (1u << oddity)) != 0 && odd->counts[oddity]++ == 0)
            odd->first[oddity] = intern_text(&intake->tally.texts, &intake->tally.arena, where);
    }
    if (odd != NULL)
        odd->folded += report->folded;
}

static void say_oddity(struct intake *intake, const struct intake_odd *odd, unsigned oddity)
{
    char number[NUMBER_MAX] = "";
    if (oddity == REPORT_ODD_MANY)
        snprintf(number, sizeof(number), ": %zu of them", odd->folded);
    said_add(&intake->said, (enum said_kind)(SAID_ODD + oddity), SEVERITY_NOTE, odd->first[oddity],
             "%zu report%s of %s: %s%s", odd->counts[oddity], odd->counts[oddity] == 1 ? "" : "s",
             odd->organisation, report_oddity_text((enum report_oddity)oddity), number);
}

static void say_oddities(struct intake *intake)
{
    for (size_t i = 0; i < intake->odd_count; i++) {
        const struct intake_odd *odd = &intake->odd[i];
        for (unsigned oddity = 0; oddity < REPORT_ODDITIES; oddity++) {
            if (odd->counts[oddity] > 0 && odd->first[oddity] != NULL)
                say_oddity(intake, odd, oddity);
        }
    }
}

/* ---- Reports. */

static void count_report(struct intake *intake, struct report *report, const char *where)
{
    bool id_again;
    struct error why;
    enum tally_outcome outcome =
        intake->takes ? taking_add(&intake->taking, report, &id_again, &why)
                      : tally_add(&intake->tally, report, &intake->filter, &id_again, &why);
    switch (outcome) {
    case TALLY_ADDED:
        if (id_again)
            report->oddities |= 1u << REPORT_ODD_ID_AGAIN;
        note_oddities(intake, report, where);
        break;
    case TALLY_KNOWN:
        report->oddities = 1u << REPORT_ODD_COPY;
        report->folded = 0;
        note_oddities(intake, report, where);
        return;
    case TALLY_BEFORE:
        return;
    case TALLY_OUTSIDE:
        break;
    case TALLY_FULL:
        if (intake->taking.failed)
            return; /* told at the end, once */
        said_add(&intake->said, SAID_FULL, SEVERITY_ERROR, where, "not counted, or not whole: %s",
                 why.text);
        return;
    }
    if (report->left_out > 0) {
        intake->tally.counts.damaged++;
        said_add(&intake->said, SAID_LEFT_OUT, SEVERITY_ERROR, where,
                 "%zu of its policies left out: %s", report->left_out, report->why_left_out.text);
    }
}

static void take_text(void *context, const struct reportfile_text *text)
{
    struct intake *intake = context;
    struct report report;
    struct error why;
    char submitter[REPORT_TEXT_MAX + 1];
    if (report_parse(&report, text->json, text->length, text->domain, intake->now, &why) != 0) {
        intake->tally.counts.damaged++;
        said_add(&intake->said, SAID_BROKEN, SEVERITY_ERROR, text->where, "%s", why.text);
        return;
    }
    report.signer = text->signer;
    if (!report.is_named && text->submitter != NULL) {
        report_clean(submitter, sizeof(submitter), text->submitter);
        report.organisation = submitter;
    }
    if (text->is_mail)
        report.trust = text->signer != NULL ? REPORT_TRUST_DKIM : REPORT_TRUST_NONE;
    if (!text->usual)
        report.oddities |= 1u << REPORT_ODD_TYPE;
    count_report(intake, &report, text->where);
    report_free(&report);
}

static void take_broken(void *context, const char *where, const char *reason)
{
    struct intake *intake = context;
    intake->tally.counts.damaged++;
    said_add(&intake->said, SAID_BROKEN, SEVERITY_ERROR, where, "%s", reason);
}

static void take_empty(void *context, const char *where, size_t count)
{
    struct intake *intake = context;
    intake->tally.counts.without += count;
    if (count == 1)
        said_add(&intake->said, SAID_EMPTY, SEVERITY_WARNING, where,
                 "a mail to which no TLS report is attached");
    else
        said_add(&intake->said, SAID_EMPTY, SEVERITY_WARNING, where,
                 "the first of %zu mails to which no TLS report is attached", count);
}

static void take_dmarc(void *context, const char *where)
{
    (void)where;
    struct intake *intake = context;
    intake->tally.counts.dmarc++;
}

static void take_file(void *context, struct bytestream *stream)
{
    struct intake *intake = context;
    const struct reportfile_events events = {.auth = &intake->auth,
                                             .text = take_text,
                                             .broken = take_broken,
                                             .dmarc = take_dmarc,
                                             .empty = take_empty};
    intake->tally.counts.files++;
    reportfile_stream(stream, &events, intake);
    progress_step();
}

const struct gather_events intake_events = {.file = take_file, .failed = take_broken};

int intake_begin(struct intake *intake, bool takes, struct error *why)
{
    intake->takes = takes && intake->taking.store != NULL;
    intake->taking.tally = &intake->tally;
    return intake->takes ? taking_begin(&intake->taking, why) : 0;
}

int intake_finish(struct intake *intake, struct error *why)
{
    progress_end();
    say_oddities(intake);
    said_end(&intake->said);
    if (intake->takes)
        return taking_end(&intake->taking, why);
    tally_forget(&intake->tally);
    tally_filter(&intake->tally, &intake->filter);
    tally_finish(&intake->tally);
    return 0;
}

void intake_free(struct intake *intake)
{
    tally_free(&intake->tally);
    said_free(&intake->said);
    free(intake->odd);
    *intake = (struct intake){0};
}
