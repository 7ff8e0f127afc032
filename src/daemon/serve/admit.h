/* SPDX-License-Identifier: ISC */
/* admit: whether a client may connect and start its handshake, by its networks' limits. */
#ifndef DAEMON_SERVE_ADMIT_H
#define DAEMON_SERVE_ADMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/network.h"
#include "common/config/config.h"
#include "daemon/serve/conn_queues.h"
#include "daemon/serve/limit.h"

bool admit_is_listed(const struct config_networks *networks, const struct network_address *address);

/* Counts the connection under its source, unless that is exempt. held: gets how many connections
 * its network has then; 0 if it is exempt. Returns LIMIT_VERDICT_TAKEN, or which limit is reached.
 */
enum limit_verdict admit_connection(struct limit *limit, const struct config_server *server,
                                    struct conn_member *member, unsigned *held);

/* Returns LIMIT_VERDICT_TAKEN, its handshake may start now, or which limit is reached. */
enum limit_verdict admit_handshake(struct limit *limit, const struct config_server *server,
                                   const struct conn_member *member, int64_t now_ms);

/* Work that is done for a member's handshake; see admit_begin_work. */
struct admit_work {
    bool is_measured;
    int64_t turn_ms;
    int64_t begun_ns; /* CPU time that this thread had used */
};

/* Around work for a member's handshake. Charges its CPU time to the client's networks while a turn
 * of the loop takes over 20 ms, so that costly handshakes (RSA) use up their rate sooner. turn_ms:
 * how long turns take; the clock is a system call, and is read only from half of that on. */
struct admit_work admit_begin_work(const struct conn_member *member, int64_t turn_ms);
void admit_end_work(struct limit *limit, const struct config_server *server,
                    const struct conn_member *member, const struct admit_work *work,
                    int64_t now_ms);

#endif
