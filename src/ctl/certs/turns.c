/* SPDX-License-Identifier: ISC */
/* turns: chooses which host of a plan is checked next; those that were not ready are retried. */
#include "ctl/certs/turns.h"

#include <stdlib.h>

#define UNASKED_MOST 3 /* further turns that nobody asked for */

int turns_open(struct turns *out, const struct plan *plan, struct error *why)
{
    *out = (struct turns){.items = calloc(plan->count + 1, sizeof(*out->items))};
    if (out->items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->steps[i].waits)
            out->items[out->count++].step = &plan->steps[i];
    }
    return 0;
}

void turns_close(struct turns *turns)
{
    free(turns->items);
    *turns = (struct turns){0};
}

struct turn *turns_next(struct turns *turns, int64_t now_ms)
{
    for (size_t i = 0; i < turns->fresh && turns->parked > 0; i++) {
        struct turn *turn = &turns->items[i];
        if (turn->again_ms == 0 || turn->again_ms > now_ms)
            continue;
        turn->again_ms = 0;
        turns->parked--;
        return turn;
    }
    return turns->fresh < turns->count ? &turns->items[turns->fresh++] : NULL;
}

bool turns_again(struct turns *turns, struct turn *turn, bool may_pass, int64_t until_ms,
                 int64_t now_ms)
{
    static const int64_t pauses_ms[] = {2000, 5000, 10000};
    enum { PAUSES = sizeof(pauses_ms) / sizeof(pauses_ms[0]) };
    int64_t pause = pauses_ms[turn->tries < PAUSES ? turn->tries : PAUSES - 1];
    if (turn->tries++ == 0)
        turn->first_ms = now_ms;
    bool unasked = may_pass && turn->tries <= UNASKED_MOST &&
                   now_ms + pause <= turn->first_ms + TURNS_PATIENCE_MS;
    if (!unasked && now_ms + pause > until_ms)
        return false;
    turn->again_ms = now_ms + pause;
    turns->parked++;
    return true;
}
