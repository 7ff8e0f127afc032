/* SPDX-License-Identifier: ISC */
/* journal: sends entries with fields of their own to systemd's journal, by its native protocol. */
#ifndef DAEMON_BASE_JOURNAL_H
#define DAEMON_BASE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

/* The library of systemd would connect, allocate and pass descriptors at each entry, which the
 * sandbox refuses; the protocol is one datagram on a connected socket:
 * https://systemd.io/JOURNAL_NATIVE_PROTOCOL/ */

enum journal_sent {
    JOURNAL_SENT,
    JOURNAL_FULL,   /* the journal takes no more now: the entry is lost */
    JOURNAL_CLOSED, /* there is none, or not any more: write to stderr */
};

/* Connects to the journal's socket at the path. Before any thread starts, and before the sandbox.
 * Returns whether it is there. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
bool journal_open(const char *path);
void journal_close(void);
bool journal_is_open(void);

/* Sends one entry, "KEY=value\n" and so on, without waiting; no value has a line end. From any
 * thread. */
enum journal_sent journal_send(const char *entry, size_t length);

#endif
