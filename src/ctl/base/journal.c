/* SPDX-License-Identifier: ISC */
/* journal: whether a stream leads to the journal, whose lines may begin with a priority. */
#include "ctl/base/journal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool journal_has(FILE *stream)
{
    struct stat status;
    char name[64]; /* "device:inode" */
    const char *wanted = getenv("JOURNAL_STREAM");
    if (wanted == NULL || fstat(fileno(stream), &status) != 0)
        return false;
    snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(wanted, name) == 0;
}
