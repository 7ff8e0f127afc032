/* SPDX-License-Identifier: ISC */
/* array: makes space for one more item in an array that grows. */
#include "common/base/array.h"

#include <stdint.h>
#include <stdlib.h>

void *array_grow(void *items, size_t count, size_t item_size)
{
    if (items != NULL && (count & (count - 1)) != 0)
        return items;
    size_t room = count == 0 ? 1 : count * 2;
    if (count > SIZE_MAX / 2 || room > SIZE_MAX / item_size)
        return NULL;
    return realloc(items, room * item_size);
}
