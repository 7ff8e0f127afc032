/* SPDX-License-Identifier: ISC */
/* loader: runs jobs that read files on separate threads, so that a file system that never answers
 * blocks none of the threads that serve. */
#ifndef DAEMON_BASE_LOADER_H
#define DAEMON_BASE_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define LOADER_THREADS_MAX 8
#define LOADER_WAITING_MAX 8192 /* jobs */
#define LOADER_HANG_MS     2000 /* a call on a file that takes longer is reported as hanging */

struct loader;

/* The queue through which one thread gets its finished jobs. */
struct loader_port;

/* Embedded in the object that the job works on. The submitter sets the first four. */
struct loader_job {
    void (*run)(struct loader_job *job); /* on a loader thread; may use only the job */
    void (*finish)(struct loader_job *job, int64_t now_ms); /* on the port's thread, after run */
    void (*free)(struct loader_job *job); /* on any thread: after finish, or instead of it */
    uint64_t key;                         /* jobs with equal keys run one at a time */

    struct loader_port *port; /* from here on private to the loader; NULL: forgotten */
    struct loader_job *previous;
    struct loader_job *next;
    enum { LOADER_STAGE_NONE, LOADER_STAGE_WAITING, LOADER_STAGE_RUNNING, LOADER_STAGE_DONE } stage;
};

/* Starts no thread yet: loader_submit does, up to LOADER_THREADS_MAX, and each inherits the sandbox
 * and the signal mask of the thread that submits. Sets the observer of `file`. hang_ms:
 * LOADER_HANG_MS, or less in tests. Returns 0, or -1 with why. */
int loader_open(struct loader **out, int64_t hang_ms, struct error *why);

/* Waits for running jobs, one second at most; a thread that hangs keeps running until the process
 * exits. The caller has closed all ports. */
void loader_close(struct loader *loader);

/* wake_fd: an eventfd(2) of the caller, readable when a job is done. NULL: out of memory. Closing
 * the port forgets its jobs. */
struct loader_port *loader_port_open(struct loader *loader, int wake_fd);
void loader_port_close(struct loader_port *port);

/* Takes ownership of the job. False, and the caller keeps it, when LOADER_WAITING_MAX jobs wait or
 * no thread can be started. */
bool loader_submit(struct loader_port *port, struct loader_job *job);

/* Calls finish, then free, for each finished job of the port. */
void loader_port_run(struct loader_port *port, int64_t now_ms);

/* Cancels the job: finish will not be called. It is freed now, or once it has run. */
void loader_forget(struct loader_job *job);

/* Logs, once each, the paths that have not answered for hang_ms. Call it from time to time while
 * jobs run. */
void loader_tell_hanging(struct loader *loader);

/* Whether the job, or one of the same key that it waits for, is at a path logged as hanging. */
bool loader_job_hangs(const struct loader_job *job);

/* The loader of a port. */
struct loader *loader_of(const struct loader_port *port);

#endif
