/* SPDX-License-Identifier: ISC */
/* loader_parts: private header of loader: its structures. */
#ifndef DAEMON_BASE_LOADER_PARTS_H
#define DAEMON_BASE_LOADER_PARTS_H

#include <limits.h>
#include <pthread.h>

#include "daemon/base/loader.h"

/* What one thread does. */
struct loader_slot {
    struct loader *loader;
    struct loader_job *job; /* NULL: nothing */
    uint64_t key;
    int64_t since_ms; /* that it is at the path; 0: at none */
    bool is_told;     /* that it hangs there */
    bool is_used;     /* by a thread */
    char path[PATH_MAX];
};

struct loader_jobs {
    struct loader_job *first;
    struct loader_job *last;
};

struct loader_port {
    struct loader *loader;
    int wake_fd;
    struct loader_jobs done;
};

struct loader {
    pthread_mutex_t lock; /* of all here, the ports' lists, and the jobs' own parts */
    pthread_cond_t news;  /* a job waits, or the end has come */
    pthread_cond_t ended; /* a thread did */
    int64_t hang_ms;
    bool is_closing;
    unsigned references; /* the owner's, and each thread's */
    unsigned threads;
    unsigned idle;
    struct loader_jobs waiting;
    size_t waiting_count;
    struct loader_slot slots[LOADER_THREADS_MAX];
};

void loader_jobs_add(struct loader_jobs *list, struct loader_job *job);
void loader_jobs_remove(struct loader_jobs *list, struct loader_job *job);

/* Starts one, if there is room for it, with the lock held. */
void loader_start_thread(struct loader *loader);

#endif
