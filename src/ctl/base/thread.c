/* SPDX-License-Identifier: ISC */
/* thread: starts a thread with all signals blocked. */
#include "ctl/base/thread.h"

#include <signal.h>

int thread_start(pthread_t *out, void *(*work)(void *), void *argument)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int failure = pthread_create(out, NULL, work, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}
