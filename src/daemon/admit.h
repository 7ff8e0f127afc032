/* SPDX-License-Identifier: ISC */
/* admit: whether a client may come in and begin its handshake, by what its source networks have and
 * do already. */
#ifndef DAEMON_ADMIT_H
#define DAEMON_ADMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "crowd.h"
#include "limit.h"
#include "network.h"

bool admit_is_listed(const struct config_networks *networks, const struct network_address *address);

/* Counts the connection under its source, unless that is exempt. Otherwise says which of its
 * networks is full. */
enum limit_verdict admit_connection(struct limit *limit, const struct config_server *server,
                                    struct crowd_member *member);

/* Whether its handshake may begin now; if not, the log says why. The longer a worker's turns take,
 * the more a handshake counts, so that the processor's time goes to those who ask for little. */
bool admit_handshake(struct limit *limit, const struct config_server *server,
                     const struct crowd_member *member, int64_t turn_ms, int64_t now_ms);

#endif
