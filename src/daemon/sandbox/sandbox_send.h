/* SPDX-License-Identifier: ISC */
/* sandbox_send: replaces the sendmsg(2) of libmicrohttpd in the sandbox; a filter cannot allow it,
 * since its address and descriptors are in memory. */
#ifndef DAEMON_SANDBOX_SANDBOX_SEND_H
#define DAEMON_SANDBOX_SANDBOX_SEND_H

/* From here on sendmsg(), also as libraries call it, is writev(2) where that is the same: a message
 * in parts to the peer of a stream. SIGPIPE is ignored by then. Before any thread starts. */
void sandbox_send_begin(void);

#endif
