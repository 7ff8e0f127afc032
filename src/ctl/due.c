/* SPDX-License-Identifier: ISC */
/* due: when a certificate is due, how worrying its age is, and whose turn comes first. */
#include "due.h"

#include <string.h>

int64_t due_at(int64_t not_before, int64_t not_after)
{
    int64_t lifetime = not_after - not_before;
    return not_after - (lifetime < DUE_SHORT_S ? lifetime / 2 : lifetime / 3);
}

enum due_health due_judge(int64_t not_before, int64_t not_after, int64_t now)
{
    int64_t lifetime = not_after - not_before;
    int64_t left = not_after - now;
    if (now < not_before || left < lifetime / 8 || left <= 0)
        return DUE_ERROR;
    return left < lifetime / 4 ? DUE_WARNING : DUE_FINE;
}

int due_compare(const struct due_host *a, const struct due_host *b)
{
    if (a->usable != b->usable)
        return a->usable ? 1 : -1;
    if (a->usable && a->not_after != b->not_after)
        return a->not_after < b->not_after ? -1 : 1;
    return strcmp(a->name, b->name);
}
