/* SPDX-License-Identifier: ISC */
/* responses: libmicrohttpd's response to each answer; those of policies are made once for a site
 * table. */
#ifndef DAEMON_SERVE_RESPONSES_H
#define DAEMON_SERVE_RESPONSES_H

#include <microhttpd.h>
#include <stddef.h>

#include "daemon/hosts/site.h"
#include "daemon/serve/answer.h"

#define RESPONSES_MAX 64 /* policies; many domains share the few of their mail providers */

/* Of one worker. {0}: none, and without a table none is kept. */
struct responses {
    struct site_table *table; /* held, as its policies are the bodies */
    struct {
        const char *body;
        struct MHD_Response *response;
    } kept[RESPONSES_MAX];
};

/* Keeps those of this table from now on, and drops all others; NULL: none. */
void responses_take_table(struct responses *responses, struct site_table *table);

/* Queues the response to an answer of a session whose table it is. No byte of a client is in one
 * that is kept. MHD_NO: out of memory, or libmicrohttpd refuses it. */
enum MHD_Result responses_queue(struct responses *responses, const struct site_table *table,
                                struct MHD_Connection *connection, const struct answer *answer);

#endif
