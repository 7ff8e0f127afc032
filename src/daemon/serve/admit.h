/* SPDX-License-Identifier: ISC */
/* admit: whether a client may come in and begin its handshake, by what its source networks have and
 * do already. */
#ifndef DAEMON_SERVE_ADMIT_H
#define DAEMON_SERVE_ADMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/network.h"
#include "common/config/config.h"
#include "daemon/serve/conn_queues.h"
#include "daemon/serve/limit.h"

bool admit_is_listed(const struct config_networks *networks, const struct network_address *address);

/* Counts the connection under its source, unless that is exempt; *held is how many its network has
 * then, 0 where it is exempt. Otherwise says which of its networks is full. */
enum limit_verdict admit_connection(struct limit *limit, const struct config_server *server,
                                    struct conn_member *member, unsigned *held);

/* Whether its handshake may begin now; if not, the log says why. */
bool admit_handshake(struct limit *limit, const struct config_server *server,
                     const struct conn_member *member, int64_t now_ms);

/* Work that is done for a member's handshake; see admit_begin_work. */
struct admit_work {
    bool is_measured;
    int64_t turn_ms;
    int64_t begun_ns; /* of the time that this thread has had of the processor */
};

/* Work for its handshake begins, and ends. While the worker is late, its turns taking turn_ms, that
 * counts like more handshakes, so that the processor's time goes to those who ask for little of it:
 * a signature by a large RSA key costs as much as twenty by an ECDSA key. The clock is a system
 * call, and is asked only where others may be waiting: once turn_ms is half of what is late. */
struct admit_work admit_begin_work(const struct conn_member *member, int64_t turn_ms);
void admit_end_work(struct limit *limit, const struct config_server *server,
                    const struct conn_member *member, const struct admit_work *work,
                    int64_t now_ms);

#endif
