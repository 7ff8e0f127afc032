/* SPDX-License-Identifier: ISC */
/* loader: runs jobs that read files on separate threads, so that a file system that never answers
 * blocks none of the threads that serve. */
#include "daemon/base/loader.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "daemon/base/deadline.h"
#include "daemon/base/loader_parts.h"
#include "daemon/base/log.h"

#define IDLE_MAX    2                     /* threads that are kept for the next jobs */
#define STACK_BYTES ((size_t)2048 * 1024) /* that may be used, not that are */
#define CLOSE_MS    1000

static _Thread_local struct loader_slot *own_slot; /* of a loader thread */

/* ---- Lists of jobs. */

void loader_jobs_add(struct loader_jobs *list, struct loader_job *job)
{
    job->previous = list->last;
    job->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = job;
    list->last = job;
}

void loader_jobs_remove(struct loader_jobs *list, struct loader_job *job)
{
    *(job->previous != NULL ? &job->previous->next : &list->first) = job->next;
    *(job->next != NULL ? &job->next->previous : &list->last) = job->previous;
}

/* ---- The path at which a thread is. */

static void note(const char *path)
{
    struct loader_slot *slot = own_slot;
    if (slot == NULL)
        return;
    int64_t now_ms = deadline_now_ms();
    pthread_mutex_lock(&slot->loader->lock);
    bool was_told = slot->is_told;
    slot->is_told = false;
    slot->since_ms = path != NULL ? now_ms : 0;
    if (path != NULL)
        snprintf(slot->path, sizeof(slot->path), "%s", path);
    pthread_mutex_unlock(&slot->loader->lock);
    if (was_told && path == NULL) /* this thread alone writes the path */
        log_line(LOG_LEVEL_NOTICE, "%s: answers again", slot->path);
}

/* Marks a slot as told of, and copies its path. Returns how many hang then; 0: no more is to be
 * told. */
static unsigned next_hanging(struct loader *loader, int64_t now_ms, char path[PATH_MAX])
{
    struct loader_slot *found = NULL;
    unsigned count = 0;
    pthread_mutex_lock(&loader->lock);
    for (size_t i = 0; i < LOADER_THREADS_MAX; i++) {
        struct loader_slot *slot = &loader->slots[i];
        bool hangs = slot->since_ms != 0 && now_ms - slot->since_ms >= loader->hang_ms;
        if (hangs && !slot->is_told && found == NULL)
            found = slot;
        count += slot->is_told ? 1 : 0;
    }
    if (found != NULL) {
        found->is_told = true;
        memcpy(path, found->path, PATH_MAX);
    }
    pthread_mutex_unlock(&loader->lock);
    return found != NULL ? count + 1 : 0;
}

void loader_tell_hanging(struct loader *loader)
{
    char path[PATH_MAX];
    unsigned count;
    int64_t now_ms = deadline_now_ms();
    while ((count = next_hanging(loader, now_ms, path)) > 0) {
        log_line(LOG_LEVEL_ERROR,
                 "%s: its file system does not answer; what is loaded is served on (%u of %d "
                 "loader threads hang)",
                 path, count, LOADER_THREADS_MAX);
        if (count == LOADER_THREADS_MAX)
            log_line(LOG_LEVEL_ERROR, "all loader threads hang: no certificate, challenge or "
                                      "configuration is read until a file system answers");
    }
}

bool loader_job_hangs(const struct loader_job *job)
{
    bool hangs = false;
    struct loader *loader = job->port->loader;
    pthread_mutex_lock(&loader->lock);
    for (size_t i = 0; i < LOADER_THREADS_MAX; i++) {
        const struct loader_slot *slot = &loader->slots[i];
        if (slot->is_told && slot->job != NULL && slot->key == job->key)
            hangs = job->stage != LOADER_STAGE_DONE;
    }
    pthread_mutex_unlock(&loader->lock);
    return hangs;
}

/* ---- The threads. All with the lock held. */

static bool is_running(const struct loader *loader, uint64_t key)
{
    for (size_t i = 0; i < LOADER_THREADS_MAX; i++)
        if (loader->slots[i].job != NULL && loader->slots[i].key == key)
            return true;
    return false;
}

/* Takes the first of the waiting jobs that may run; NULL: none. */
static struct loader_job *take_waiting(struct loader *loader)
{
    struct loader_job *job = loader->waiting.first;
    while (job != NULL && is_running(loader, job->key))
        job = job->next;
    if (job == NULL)
        return NULL;
    loader_jobs_remove(&loader->waiting, job);
    loader->waiting_count--;
    return job;
}

static void deliver(struct loader_job *job)
{
    uint64_t one = 1;
    job->stage = LOADER_STAGE_DONE;
    loader_jobs_add(&job->port->done, job);
    (void)!write(job->port->wake_fd, &one, sizeof(one));
}

static void run_job(struct loader_slot *slot, struct loader_job *job)
{
    struct loader *loader = slot->loader;
    slot->job = job;
    slot->key = job->key;
    job->stage = LOADER_STAGE_RUNNING;
    pthread_mutex_unlock(&loader->lock);
    job->run(job);
    note(NULL);
    pthread_mutex_lock(&loader->lock);
    slot->job = NULL;
    if (job->port != NULL) {
        deliver(job);
        return;
    }
    pthread_mutex_unlock(&loader->lock);
    job->free(job);
    pthread_mutex_lock(&loader->lock);
}

static void *serve(void *argument)
{
    struct loader_slot *slot = argument;
    struct loader *loader = slot->loader;
    own_slot = slot;
    pthread_mutex_lock(&loader->lock);
    while (!loader->is_closing) {
        struct loader_job *job = take_waiting(loader);
        if (job != NULL) {
            run_job(slot, job);
            continue;
        }
        if (loader->idle >= IDLE_MAX)
            break;
        loader->idle++;
        pthread_cond_wait(&loader->news, &loader->lock);
        loader->idle--;
    }
    slot->is_used = false;
    loader->threads--;
    pthread_cond_broadcast(&loader->ended);
    bool is_last = --loader->references == 0;
    pthread_mutex_unlock(&loader->lock);
    if (is_last)
        free(loader);
    return NULL;
}

static struct loader_slot *free_slot(struct loader *loader)
{
    for (size_t i = 0; i < LOADER_THREADS_MAX; i++)
        if (!loader->slots[i].is_used)
            return &loader->slots[i];
    return NULL;
}

void loader_start_thread(struct loader *loader)
{
    pthread_t thread;
    pthread_attr_t attributes;
    struct loader_slot *slot = free_slot(loader);
    if (slot == NULL || pthread_attr_init(&attributes) != 0)
        return;
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    slot->loader = loader;
    if (pthread_create(&thread, &attributes, serve, slot) == 0) {
        slot->is_used = true;
        loader->threads++;
        loader->references++;
    }
    (void)pthread_attr_destroy(&attributes);
}

/* ---- All of it. */

int loader_open(struct loader **out, int64_t hang_ms, struct error *why)
{
    pthread_condattr_t attributes;
    struct loader *loader = calloc(1, sizeof(*loader));
    if (loader == NULL)
        return error_set(why, "out of memory");
    loader->hang_ms = hang_ms;
    loader->references = 1;
    pthread_mutex_init(&loader->lock, NULL);
    pthread_cond_init(&loader->news, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&loader->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    file_observe(note);
    *out = loader;
    return 0;
}

void loader_close(struct loader *loader)
{
    struct timespec until;
    if (loader == NULL)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += CLOSE_MS / 1000;
    pthread_mutex_lock(&loader->lock);
    loader->is_closing = true;
    pthread_cond_broadcast(&loader->news);
    while (loader->threads > 0 &&
           pthread_cond_timedwait(&loader->ended, &loader->lock, &until) != ETIMEDOUT)
        continue;
    bool is_last = --loader->references == 0;
    pthread_mutex_unlock(&loader->lock);
    if (is_last)
        free(loader);
}
