/* SPDX-License-Identifier: ISC */
/* stage_server: a worker's connections, driven by hand. */
#ifndef STAGE_SERVER_H
#define STAGE_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/conn.h"

struct stage_server {
    struct conn_context context;
    int wake_fd;              /* readable when files have been read */
    struct site_table *other; /* what a reload swaps in */
};

/* The hosts that it serves. */
extern const char *const stage_hosts[2];

/* Where a client may come from; number 1 is one of proxy_from. */
#define STAGE_SOURCES 4
struct sockaddr_in stage_server_address(unsigned number);

/* Aborts where it does not hold: a finding. */
void stage_check(bool holds);

void stage_server_open(struct stage_server *server, size_t max_connections);

/* Runs the worker's turns, as worker.c has them, until nothing is left to do. What scarce says
 * holds meanwhile. */
void stage_server_run(struct stage_server *server);

/* Closes all, and checks that nothing is left. */
void stage_server_close(struct stage_server *server);

#endif
