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
#define LOADER_HANG_MS     2000 /* a call on a file that takes longer is said to hang */

struct loader;

/* Where one thread gets its finished jobs. */
struct loader_port;

/* Embedded in what the job works on. The first four are set by who submits it. */
struct loader_job {
    void (*run)(struct loader_job *job); /* on a loader thread; touches nothing but the job */
    void (*finish)(struct loader_job *job, int64_t now_ms); /* on the port's thread, after run */
    void (*free)(struct loader_job *job); /* on any thread: after finish, or in its place */
    uint64_t key;                         /* of jobs with equal keys one runs at a time */

    struct loader_port *port; /* from here on the loader's own; NULL: forgotten */
    struct loader_job *previous;
    struct loader_job *next;
    enum { LOADER_STAGE_NONE, LOADER_STAGE_WAITING, LOADER_STAGE_RUNNING, LOADER_STAGE_DONE } stage;
};

/* Starts no thread: these come with the jobs, up to LOADER_THREADS_MAX, and inherit what binds the
 * thread that submits one (sandbox, signal mask). Sets the observer of `file`. hang_ms is
 * LOADER_HANG_MS, but for tests. Returns 0, or -1 with why. */
int loader_open(struct loader **out, int64_t hang_ms, struct error *why);

/* Waits a second at most for jobs that run; a thread that hangs is left to the end of the process.
 * All ports are closed before. */
void loader_close(struct loader *loader);

/* wake_fd is an eventfd(2), lent, which becomes readable when a job is done. NULL: out of memory.
 * Closing it forgets its jobs. */
struct loader_port *loader_port_open(struct loader *loader, int wake_fd);
void loader_port_close(struct loader_port *port);

/* Takes over the job. False when too many wait, or no thread can be started: it is the caller's
 * then.
 */
bool loader_submit(struct loader_port *port, struct loader_job *job);

/* Calls finish for each job that is done, then free. */
void loader_port_run(struct loader_port *port, int64_t now_ms);

/* Gives the job up: its finish will not be called. It is freed now, or when it ends. */
void loader_forget(struct loader_job *job);

/* Logs each path that has not answered for hang_ms, once. To be called now and then while a job is
 * under way. */
void loader_tell_hanging(struct loader *loader);

/* Whether the job, or another of its key that it waits for, is at a path that was told of so. */
bool loader_job_hangs(const struct loader_job *job);

/* The loader of a port. */
struct loader *loader_of(const struct loader_port *port);

#endif
