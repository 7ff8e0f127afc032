/* SPDX-License-Identifier: ISC */
/* loader_port: jobs on their way to the loader's threads and back. */
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/loader_parts.h"

bool loader_submit(struct loader_port *port, struct loader_job *job)
{
    struct loader *loader = port->loader;
    pthread_mutex_lock(&loader->lock);
    bool has_room = loader->waiting_count < LOADER_WAITING_MAX;
    if (has_room && loader->waiting_count >= loader->idle)
        loader_start_thread(loader);
    bool is_taken = has_room && loader->threads > 0;
    if (is_taken) {
        job->port = port;
        job->stage = LOADER_STAGE_WAITING;
        loader_jobs_add(&loader->waiting, job);
        loader->waiting_count++;
        pthread_cond_signal(&loader->news);
    }
    pthread_mutex_unlock(&loader->lock);
    return is_taken;
}

/* Takes the job out of the lists. Whether it is to be freed now. */
static bool detach(struct loader *loader, struct loader_job *job)
{
    switch (job->stage) {
    case LOADER_STAGE_WAITING:
        loader_jobs_remove(&loader->waiting, job);
        loader->waiting_count--;
        return true;
    case LOADER_STAGE_DONE:
        loader_jobs_remove(&job->port->done, job);
        return true;
    case LOADER_STAGE_RUNNING:
        job->port = NULL; /* its thread frees it */
        return false;
    case LOADER_STAGE_NONE:
        break;
    }
    return false;
}

void loader_forget(struct loader_job *job)
{
    struct loader *loader = job->port->loader;
    pthread_mutex_lock(&loader->lock);
    bool is_ours = detach(loader, job);
    pthread_mutex_unlock(&loader->lock);
    if (is_ours)
        job->free(job);
}

static struct loader_job *take_done(struct loader_port *port)
{
    pthread_mutex_lock(&port->loader->lock);
    struct loader_job *job = port->done.first;
    if (job != NULL)
        loader_jobs_remove(&port->done, job);
    pthread_mutex_unlock(&port->loader->lock);
    return job;
}

void loader_port_run(struct loader_port *port, int64_t now_ms)
{
    struct loader_job *job;
    while ((job = take_done(port)) != NULL) {
        job->finish(job, now_ms);
        job->free(job);
    }
}

struct loader_port *loader_port_open(struct loader *loader, int wake_fd)
{
    struct loader_port *port = calloc(1, sizeof(*port));
    if (port == NULL)
        return NULL;
    port->loader = loader;
    port->wake_fd = wake_fd;
    return port;
}

/* Any job of the port, wherever it is, detached; NULL: none. */
static struct loader_job *detach_any(struct loader_port *port, bool *is_ours)
{
    struct loader *loader = port->loader;
    struct loader_job *job = port->done.first;
    for (size_t i = 0; i < LOADER_THREADS_MAX && job == NULL; i++)
        if (loader->slots[i].job != NULL && loader->slots[i].job->port == port)
            job = loader->slots[i].job;
    if (job == NULL)
        job = loader->waiting.first;
    while (job != NULL && job->port != port)
        job = job->next;
    if (job != NULL)
        *is_ours = detach(loader, job);
    return job;
}

void loader_port_close(struct loader_port *port)
{
    struct loader_job *job;
    if (port == NULL)
        return;
    do {
        bool is_ours = false;
        pthread_mutex_lock(&port->loader->lock);
        job = detach_any(port, &is_ours);
        pthread_mutex_unlock(&port->loader->lock);
        if (is_ours)
            job->free(job);
    } while (job != NULL);
    free(port);
}

struct loader *loader_of(const struct loader_port *port)
{
    return port->loader;
}
