/* SPDX-License-Identifier: ISC */
/* due: when a certificate is due, how worrying its age is, and whose turn comes first. */
#include "common/cert/due.h"

#include <string.h>

#include "common/base/moment.h"

int64_t due_at(int64_t not_before, int64_t not_after)
{
    int64_t lifetime = not_after - not_before;
    return not_after - (lifetime < DUE_SHORT_S ? lifetime / 2 : lifetime / 3);
}

enum due_stage due_stage(int64_t not_before, int64_t not_after, int64_t now)
{
    int64_t lifetime = not_after - not_before;
    int64_t left = not_after - now;
    if (now < not_before || left <= 0)
        return DUE_STAGE_REFUSED;
    if (left < lifetime / 8)
        return DUE_STAGE_EIGHTH;
    return left < lifetime / 4 ? DUE_STAGE_QUARTER : DUE_STAGE_GOOD;
}

enum due_health due_judge(int64_t not_before, int64_t not_after, int64_t now, struct error *why)
{
    char text[MOMENT_TEXT_MAX];
    int64_t left = not_after - now;
    enum due_stage stage = due_stage(not_before, not_after, now);
    if (now < not_before)
        error_set(why,
                  "it is not valid before %s, so senders refuse it; set this machine's clock, or "
                  "wait",
                  moment_text(not_before, text));
    else if (left <= 0)
        error_set(why,
                  "it, or an issuer in its chain, expired on %s, so senders refuse it; renew it",
                  moment_text(not_after, text));
    else if (stage != DUE_STAGE_GOOD)
        error_set(why, "only %s of its lifetime are left; renew it, or see why it was not",
                  moment_span(left, text));
    if (stage == DUE_STAGE_GOOD)
        return DUE_FINE;
    return stage == DUE_STAGE_QUARTER ? DUE_WARNING : DUE_ERROR;
}

int due_compare(const struct due_host *a, const struct due_host *b)
{
    if (a->usable != b->usable)
        return a->usable ? 1 : -1;
    if (a->usable && a->not_after != b->not_after)
        return a->not_after < b->not_after ? -1 : 1;
    return strcmp(a->name, b->name);
}
