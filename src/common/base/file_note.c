/* SPDX-License-Identifier: ISC */
/* file_note: which path a thread is at. */
#include <stddef.h>

#include "common/base/file.h"

static file_observer *observe;

void file_observe(file_observer *observer)
{
    observe = observer;
}

void file_note(const char *path)
{
    if (observe != NULL)
        observe(path);
}
