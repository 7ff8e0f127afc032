/* SPDX-License-Identifier: ISC */
/* http: one worker's libmicrohttpd, connected by a socketpair for each request. */
#ifndef DAEMON_SERVE_HTTP_H
#define DAEMON_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/name/hostname.h"
#include "daemon/hosts/site.h"

#define HTTP_AGENT_MAX 160 /* bytes of a User-Agent that are kept, with the NUL */

struct http;

int http_open(struct http **out, struct error *why);
void http_close(struct http *http); /* all exchanges must have been let go */

/* Takes a reference of the table that new exchanges will have, and gives the one before back. */
void http_take_table(struct http *http, struct site_table *table);

/* Whether the User-Agent is kept, from the next exchange on. */
void http_keep_agents(struct http *http, bool keeps);

/* The descriptor that becomes readable when http_run has something to do. */
int http_wait_fd(const struct http *http);

/* Lets libmicrohttpd do what it can without waiting. */
void http_run(struct http *http);

/* Milliseconds until http_run must be called whatever happens; -1: no such time. */
int64_t http_wait_ms(const struct http *http);

/* One request and its answer. */
struct http_exchange;

/* Starts one for a host of a table, which is held until libmicrohttpd has done with its bytes. *fd
 * is our end of the socketpair: the caller writes the request to it, reads the answer to the end
 * and closes it. Returns 0, or -1 with errno when descriptors or memory are out. */
int http_exchange_open(struct http *http, const struct hostname *host, const struct site *site,
                       struct site_table *table, int *fd, struct http_exchange **out);

/* The caller is done with it (and has closed its end of the pair, or will now). */
void http_exchange_close(struct http_exchange *exchange);

/* Whether the request was read to its end, so that its answer is on the way. */
bool http_exchange_is_whole(const struct http_exchange *exchange);

/* Whether libmicrohttpd has let it go: it has written all that it will write. */
bool http_exchange_is_over(const struct http_exchange *exchange);

/* The cleaned User-Agent: printable ASCII without quotes; empty when there was none, or it is not
 * kept. */
const char *http_exchange_agent(const struct http_exchange *exchange);

#endif
