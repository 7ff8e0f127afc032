/* SPDX-License-Identifier: ISC */
/* health: fetches a policy from the running server, for --health. */
#ifndef DAEMON_LIFE_HEALTH_H
#define DAEMON_LIFE_HEALTH_H

/* Asks the first address of the `listen` lines that is listened on, by loopback where all addresses
 * are meant. Healthy is a server that answers TLS at all, be it by an alert: a domain without its
 * certificate, or a configuration on disk that cannot be loaded, is no reason to restart what
 * serves all others. Writes one sentence to stdout. Returns the exit status: 0 healthy, 1 not,
 * within five seconds. */
int health_run(const char *config_path);

#endif
