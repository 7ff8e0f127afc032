/* SPDX-License-Identifier: ISC */
/* rows_say: private header of rows: reporting helpers and the checks' prototypes. */
#include "ctl/check/rows_say.h"

#include <stdarg.h>
#include <stdio.h>

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

const char *rows_whom(char out[SENDERS_TEXT_MAX], const struct rows_check *check, uint32_t set)
{
    uint32_t harmed = check->failing & set;
    if (harmed == 0)
        return NULL;
    senders_names(out, harmed);
    if ((harmed & SENDERS_EVERY) == SENDERS_EVERY && (harmed & SENDERS_OF(SENDER_EXIM)) == 0)
        snprintf(out, SENDERS_TEXT_MAX, "every sender that uses MTA-STS");
    return out;
}
