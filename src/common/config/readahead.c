/* SPDX-License-Identifier: ISC */
/* readahead: reads the many small files of one directory on two threads: that of the caller, who
 * takes them in their order, and one that is ahead of it. */
#include "common/config/readahead.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Files go from thread to thread in batches, so that few locks are taken. */
#define BATCH   32
#define BATCHES 4         /* at hand at a time, of which the caller takes one */
#define LOOK_NS 200000000 /* between looks at which file a wait is for */

struct batch {
    struct file files[BATCH]; /* without bytes: not read, or taken */
    atomic_size_t at;         /* the one that is read now */
    bool is_read;
};

struct readahead {
    int directory;
    const char *const *paths;
    size_t count;
    size_t next; /* file that the caller takes */
    pthread_t thread;
    pthread_mutex_t lock; /* of all below, and of who may touch which batch */
    pthread_cond_t news;
    bool is_closing;
    size_t claimed;                /* batches that one of the two has read, or reads */
    size_t taken;                  /* the one that the caller takes from */
    struct batch batches[BATCHES]; /* number n is at n % BATCHES */
};

/* Without the lock: nobody else touches what is claimed and not read. */
static void read_batch(const struct readahead *ahead, struct batch *batch, size_t number)
{
    for (size_t i = 0; i < BATCH && number * BATCH + i < ahead->count; i++) {
        atomic_store_explicit(&batch->at, i, memory_order_relaxed);
        (void)file_read_in(&batch->files[i], ahead->directory, ahead->paths[number * BATCH + i],
                           READAHEAD_FILE_MAX_BYTES, NULL);
    }
}

/* Reads the next batch, if there is one and a place for it. With the lock, which it gives up
 * meanwhile. */
static bool read_next(struct readahead *ahead)
{
    size_t number = ahead->claimed;
    struct batch *batch = &ahead->batches[number % BATCHES];
    if (number * BATCH >= ahead->count || number >= ahead->taken + BATCHES)
        return false;
    ahead->claimed++;
    batch->is_read = false;
    pthread_mutex_unlock(&ahead->lock);
    read_batch(ahead, batch, number);
    pthread_mutex_lock(&ahead->lock);
    batch->is_read = true;
    pthread_cond_signal(&ahead->news);
    return true;
}

static void *run(void *argument)
{
    struct readahead *ahead = argument;
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->is_closing && ahead->claimed * BATCH < ahead->count)
        if (!read_next(ahead))
            pthread_cond_wait(&ahead->news, &ahead->lock);
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

struct readahead *readahead_open(int directory, const char *const *paths, size_t count)
{
    pthread_condattr_t attributes;
    struct readahead *ahead = count >= READAHEAD_FILES_MIN ? calloc(1, sizeof(*ahead)) : NULL;
    if (ahead == NULL)
        return NULL;
    ahead->directory = directory;
    ahead->paths = paths;
    ahead->count = count;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&ahead->news, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&ahead->thread, NULL, run, ahead) == 0)
        return ahead;
    free(ahead);
    return NULL;
}

/* Waits for what the other thread does, a moment at most. It may be at a file that does not answer,
 * of which the observer of files is to be told by this thread: *told is the last that it was. */
static void await_news(struct readahead *ahead, size_t number, size_t *told)
{
    struct timespec until;
    const struct batch *batch = &ahead->batches[number % BATCHES];
    size_t at = number * BATCH + atomic_load_explicit(&batch->at, memory_order_relaxed);
    if (at != *told)
        file_note(ahead->paths[at]);
    *told = at;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&ahead->news, &ahead->lock, &until);
}

/* Has the batch read, by whoever it be. */
static void await_batch(struct readahead *ahead, size_t number)
{
    size_t told = SIZE_MAX;
    const struct batch *batch = &ahead->batches[number % BATCHES];
    pthread_mutex_lock(&ahead->lock);
    ahead->taken = number;
    pthread_cond_signal(&ahead->news);
    while (ahead->claimed <= number || !batch->is_read)
        if (!read_next(ahead))
            await_news(ahead, number, &told);
    pthread_mutex_unlock(&ahead->lock);
    if (told != SIZE_MAX)
        file_note(NULL);
}

bool readahead_take(struct readahead *ahead, struct file *out)
{
    size_t number = ahead->next / BATCH, at = ahead->next % BATCH;
    struct file *file = &ahead->batches[number % BATCHES].files[at];
    if (at == 0)
        await_batch(ahead, number);
    ahead->next++;
    *out = *file;
    *file = (struct file){0};
    return out->bytes != NULL;
}

void readahead_close(struct readahead *ahead)
{
    if (ahead == NULL)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->is_closing = true;
    pthread_cond_signal(&ahead->news);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    for (size_t i = 0; i < (size_t)BATCHES * BATCH; i++)
        file_free(&ahead->batches[i / BATCH].files[i % BATCH]);
    free(ahead);
}
