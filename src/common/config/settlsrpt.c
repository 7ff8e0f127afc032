/* SPDX-License-Identifier: ISC */
/* settlsrpt: the keys of [tlsrpt], one row a key. */
#include "common/config/settlsrpt.h"

#include <stddef.h>
#include <string.h>

/* RFC 8601 section 2.2: a token or a quoted text, which is written here without its quotes. */
static int take_authserv(const struct setting_line *line, const char *item, struct error *why)
{
    struct config_tlsrpt *tlsrpt = &line->draft->config->tlsrpt;
    if (strpbrk(item, " \t;=()\"\\") != NULL)
        return error_set(why,
                         "\"%.200s\" cannot be the name of a host in Authentication-Results; write "
                         "its first word, such as mail.example.com",
                         item);
    setting_append_text(line, &tlsrpt->authserv, &tlsrpt->authserv_count, item);
    return 0;
}

static int read_authserv(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_authserv, why);
}

const struct setting settlsrpt_rows[] = {
    {"authserv", true, read_authserv, 0, 0, 0},
    {"mailbox", false, setting_path, offsetof(struct config, tlsrpt.mailbox), 0, 0},
    {NULL, false, NULL, 0, 0, 0},
};
