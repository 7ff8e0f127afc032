/* SPDX-License-Identifier: ISC */
/* server: runs the daemon: start, reload, drain and stop. */
#ifndef DAEMON_LIFE_SERVER_H
#define DAEMON_LIFE_SERVER_H

/* Serves the configuration until SIGTERM or SIGINT; SIGHUP reloads it. Returns the exit status: 0,
 * STARTUP_EXIT_CONFIG, or 1 when the start failed otherwise, with the reasons in the log. */
int server_run(const char *config_path);

#endif
