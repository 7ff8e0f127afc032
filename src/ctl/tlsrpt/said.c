/* SPDX-License-Identifier: ISC */
/* said: what is wrong in files, said on stderr as it comes and kept; of each kind the first 20. */
#include "ctl/tlsrpt/said.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/base/progress.h"
#include "ctl/tlsrpt/report_text.h"

#define PLACE_MAX 4400

/* Names of files and attachments are text from outside as well. */
static void say(struct said *said, enum severity severity, const char *where, const char *text)
{
    static const char *const names[] = {
        [SEVERITY_ERROR] = "error",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_NOTE] = "notice",
    };
    char clean[PLACE_MAX + 1024], place[PLACE_MAX];
    report_clean(clean, sizeof(clean), text);
    report_clean(place, sizeof(place), where);
    findings_say(&said->findings, severity, place, 0, "%s", clean);
    progress_wipe();
    printable_say(stderr, "%s: %s: %s", place, names[severity], clean);
}

void said_add(struct said *said, enum said_kind kind, enum severity severity, const char *where,
              const char *format, ...)
{
    char text[PLACE_MAX + 1024];
    va_list arguments;
    if (++said->counts[kind] > SAID_MOST) {
        said->severities[kind] = severity;
        if (said->beyond[kind] == NULL) /* out of memory: the next place is told */
            said->beyond[kind] = strdup(where);
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    say(said, severity, where, text);
}

void said_end(struct said *said)
{
    static const char *const texts[] = {
        [SAID_BROKEN] = "that cannot be read",
        [SAID_LEFT_OUT] = "of which policies are left out",
        [SAID_FULL] = "that are not counted, or not whole",
        [SAID_EMPTY] = "to which no TLS report is attached",
    };
    for (size_t kind = 0; kind < SAID_KINDS; kind++) {
        char text[1024];
        if (said->counts[kind] <= SAID_MOST)
            continue;
        size_t more = said->counts[kind] - SAID_MOST;
        if (kind < SAID_ODD)
            snprintf(text, sizeof(text), "and %zu more from here on %s", more, texts[kind]);
        else
            snprintf(text, sizeof(text), "and %zu more organisation%s: %s", more,
                     more == 1 ? "" : "s",
                     report_oddity_text((enum report_oddity)(kind - SAID_ODD)));
        say(said, said->severities[kind],
            said->beyond[kind] != NULL ? said->beyond[kind] : "further files", text);
    }
}

void said_free(struct said *said)
{
    findings_free(&said->findings);
    for (size_t kind = 0; kind < SAID_KINDS; kind++)
        free(said->beyond[kind]);
    *said = (struct said){0};
}
