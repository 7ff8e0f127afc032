/* SPDX-License-Identifier: ISC */
/* pertarget: at most so many connections to one address at a time, over all threads. */
#ifndef CTL_NET_PERTARGET_H
#define CTL_NET_PERTARGET_H

/* A server may limit what one source has open (mta-stsd: limit_per_source, 64 by default): more at
 * a time would be refused, and look like a fault of the server. */
#define PERTARGET_MAX 32

/* Waits until fewer than PERTARGET_MAX are under way to this address, by its text, and counts one
 * more. Each call is followed by one of pertarget_leave with the same text. */
void pertarget_enter(const char *address);
void pertarget_leave(const char *address);

#endif
