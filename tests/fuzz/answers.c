/* SPDX-License-Identifier: ISC */
/* answers: what a client got for one request, held against what it may get. */
#include "answers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* "HTTP/1.1 200 ": no body of ours, nor of libmicrohttpd, holds that. */
static bool is_status_line(const char *at)
{
    return memcmp(at, "HTTP/1.", 7) == 0 && isdigit((unsigned char)at[7]) && at[8] == ' ' &&
           isdigit((unsigned char)at[9]) && isdigit((unsigned char)at[10]) &&
           isdigit((unsigned char)at[11]) && at[12] == ' ';
}

static bool holds(const char *bytes, size_t length, const char *text)
{
    return memmem(bytes, length, text, strlen(text)) != NULL;
}

void answers_check(const char *bytes, size_t length, const char *mark)
{
    static const char *const marks[] = {ANSWERS_ALPHA, ANSWERS_BETA};
    unsigned finals = 0;
    for (size_t i = 0; i + 13 <= length; i++)
        finals += is_status_line(bytes + i) && bytes[i + 9] != '1';
    if (finals > 1)
        abort();
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if ((mark == NULL || strcmp(mark, marks[i]) != 0) && holds(bytes, length, marks[i]))
            abort();
    if (mark != NULL && holds(bytes, length, mark) && !holds(bytes, length, " 200 OK\r\n"))
        abort();
}
