/* SPDX-License-Identifier: ISC */
/* sandbox_send: sends in the sandbox what libmicrohttpd would send by sendmsg(2), which no filter
 * can allow: whom it sends to, and which descriptors it passes on, lies in memory. */
#ifndef DAEMON_SANDBOX_SANDBOX_SEND_H
#define DAEMON_SANDBOX_SANDBOX_SEND_H

/* From here on sendmsg(), also as libraries call it, is writev(2) where that is the same: a message
 * in parts to the peer of a stream. SIGPIPE is ignored by then. Before any thread starts. */
void sandbox_send_begin(void);

#endif
