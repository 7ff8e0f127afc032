/* SPDX-License-Identifier: ISC */
/* notify: tells the service manager about readiness and status, by the protocol of sd_notify(3). */
#ifndef DAEMON_BASE_NOTIFY_H
#define DAEMON_BASE_NOTIFY_H

#include <stdbool.h>

/* Connects the process's one socket to NOTIFY_SOCKET, where that is set: before the sandbox, within
 * which nobody is connected to. Returns 0, or -1 with errno; then nothing is sent. */
int notify_open(void);

/* Whether there is a service manager that is told anything. */
bool notify_is_open(void);

/* Sends "READY=1" and its like, and waits a second for it at most. Failures are not reported: the
 * service manager has its own time-out. */
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sends RELOADING=1 with the monotonic time, as Type=notify-reload wants it. */
void notify_reloading(void);

#endif
