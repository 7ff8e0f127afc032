/* SPDX-License-Identifier: ISC */
/* thread: starts a thread with all signals blocked. */
#ifndef CTL_BASE_THREAD_H
#define CTL_BASE_THREAD_H

#include <pthread.h>

/* As pthread_create(3) with no attributes, and with every signal blocked in the new thread. Returns
 * 0, or an error number. */
int thread_start(pthread_t *out, void *(*work)(void *), void *argument);

#endif
