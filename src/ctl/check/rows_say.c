/* SPDX-License-Identifier: ISC */
/* rows_say: private header of rows: reporting helpers and the checks' prototypes. */
#include "ctl/check/rows_say.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/cert/due.h"

void rows_say(const struct rows_check *check, enum severity severity,
              const struct rows_about *about, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    const struct finding finding = {
        .severity = severity,
        .rule = check->row->id,
        .where = about->where,
        .sender = about->sender,
        .advice = about->advice,
    };
    findings_add(check->findings, &finding, "%s", text);
}

const char *rows_place(struct rows_place *out, const char *host, const char *address)
{
    snprintf(out->text, sizeof(out->text), "%s %s", host, address);
    return out->text;
}

static bool ignores_policies(const struct sender *sender)
{
    return sender->ignores;
}

const char *rows_whom(char out[SENDERS_TEXT_MAX], const struct rows_check *check, uint32_t set)
{
    uint32_t harmed = check->failing & set;
    if (harmed == 0)
        return NULL;
    senders_names(out, harmed);
    if ((harmed & SENDERS_EVERY) == SENDERS_EVERY &&
        (harmed & senders_which(ignores_policies)) == 0)
        snprintf(out, SENDERS_TEXT_MAX, "every sender that uses MTA-STS");
    return out;
}

bool rows_blames_clock(struct error *why, const struct facts *facts, const struct peer *peer)
{
    char here[MOMENT_TEXT_MAX];
    char there[MOMENT_TEXT_MAX];
    if (peer->fault != PEER_EXPIRED && peer->fault != PEER_NOT_YET_VALID)
        return false;
    for (size_t i = 0; i < facts->address_count; i++) {
        int64_t date = facts->addresses[i].fetch.date;
        bool is_here = peer->not_before <= facts->now && facts->now <= peer->not_after;
        if (date <= 0 || is_here || date < peer->not_before || date > peer->not_after)
            continue;
        error_set(
            why,
            "this machine's clock is wrong: it says %s, and the policy host says %s, when the "
            "certificate is valid",
            moment_text(facts->now, here), moment_text(date, there));
        return true;
    }
    return false;
}

void rows_say_end(const struct rows_check *check, const char *where, const struct peer *peer,
                  const char *advice)
{
    char left[MOMENT_TEXT_MAX];
    char day[MOMENT_DAY_MAX];
    const struct rows_about about = {where, NULL, advice};
    if (due_stage(peer->not_before, peer->not_after, check->facts->now) != DUE_STAGE_GOOD)
        rows_say(check, SEVERITY_WARNING, &about,
                 "its certificate ends on %s: only %s of its lifetime are left",
                 moment_day(peer->not_after, day),
                 moment_span(peer->not_after - check->facts->now, left));
}
