/* SPDX-License-Identifier: ISC */
/* comment: skips the comments of a mail's header field (RFC 5322 section 3.2.2); pure. */
#include "ctl/tlsrpt/comment.h"

#include <stddef.h>
#include <string.h>

const char *comment_skip(const char *at)
{
    size_t depth = 0;
    for (; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '(')
            depth++;
        else if (*at == ')' && --depth == 0)
            return at + 1;
    }
    return NULL;
}

const char *comment_skip_all(const char *at)
{
    at += strspn(at, " \t\r\n");
    while (at != NULL && *at == '(') {
        at = comment_skip(at);
        at = at != NULL ? at + strspn(at, " \t\r\n") : NULL;
    }
    return at;
}
