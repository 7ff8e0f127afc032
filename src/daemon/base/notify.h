/* SPDX-License-Identifier: ISC */
/* notify: tells the service manager about readiness, by the protocol of sd_notify(3). */
#ifndef DAEMON_BASE_NOTIFY_H
#define DAEMON_BASE_NOTIFY_H

/* Sends "READY=1" and its like to NOTIFY_SOCKET; does nothing where that is not set, or before
 * datagram_open. Failures are
 * not reported: the service manager has its own time-out. */
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sends RELOADING=1 with the monotonic time, as Type=notify-reload wants it. */
void notify_reloading(void);

#endif
