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

/* The time that this thread has had of the processor. */
int64_t admit_work_ns(void);

/* Work done for its handshake. While the worker is late, its turns taking turn_ms, that counts like
 * more handshakes, so that the processor's time goes to those who ask for little of it: a signature
 * by a large RSA key costs as much as twenty by an ECDSA key. */
void admit_charge(struct limit *limit, const struct config_server *server,
                  const struct conn_member *member, int64_t work_ns, int64_t turn_ms,
                  int64_t now_ms);

#endif
