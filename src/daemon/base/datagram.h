/* SPDX-License-Identifier: ISC */
/* datagram: short messages to other processes of this machine, by one socket that is opened before
 * the sandbox and before descriptors can be out. */
#ifndef DAEMON_BASE_DATAGRAM_H
#define DAEMON_BASE_DATAGRAM_H

#include <sys/socket.h>
#include <sys/un.h>

/* Opens the process's socket, once. Returns 0, or -1 with errno. */
int datagram_open(void);

/* To the address of so many bytes, or to nobody if that does not take it within a second; flags are
 * send(2)'s. */
void datagram_send(const char *text, const struct sockaddr_un *address, socklen_t length,
                   int flags);

#endif
