/* SPDX-License-Identifier: ISC */
/* lookup: the results of a search in a cache that loaders fill, and the list of those who wait for
 * one. */
#include "daemon/base/lookup.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/base/hash.h"

void lookup_leave(struct lookup_waiter *waiter)
{
    if (waiter->link == NULL)
        return;
    *waiter->link = waiter->next;
    if (waiter->next != NULL)
        waiter->next->link = waiter->link;
    *waiter = (struct lookup_waiter){0};
}

void lookup_wait(struct lookup_waiter *waiter, struct lookup_list *list)
{
    lookup_leave(waiter);
    waiter->next = list->first;
    waiter->link = &list->first;
    if (list->first != NULL)
        list->first->link = &waiter->next;
    list->first = waiter;
}

bool lookup_is_waiting(const struct lookup_waiter *waiter)
{
    return waiter->link != NULL;
}

struct lookup_waiter *lookup_take(struct lookup_list *list)
{
    struct lookup_waiter *first = list->first;
    if (first != NULL)
        lookup_leave(first);
    return first;
}

void lookup_move(struct lookup_list *from, struct lookup_list *to)
{
    struct lookup_waiter *waiter;
    while ((waiter = lookup_take(from)) != NULL)
        lookup_wait(waiter, to);
}

bool lookup_may_retry(const struct lookup_context *context, int cause)
{
    return (cause == EMFILE || cause == ENFILE) && context->make_room != NULL &&
           context->make_room(context->room_owner);
}

uint64_t lookup_hash(uint64_t hash, const char *text)
{
    return hash_mix(hash_bytes(hash, text, strlen(text)));
}
