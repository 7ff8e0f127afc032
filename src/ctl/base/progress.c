/* SPDX-License-Identifier: ISC */
/* progress: shows the progress of long work on one line of the terminal. */
#include "ctl/base/progress.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/moment.h"

#define PAUSE_MS 100
#define MEGABYTE 1e6

static struct {
    pthread_mutex_t lock;
    bool shows;
    const char *doing;
    size_t total;
    size_t done;
    bool has_bytes;
    uint64_t bytes, bytes_total;
    int64_t next_ms; /* not drawn before */
    int width;       /* of what it shows */
} line = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int draw_bytes(void)
{
    double read = (double)line.bytes / MEGABYTE;
    double total = (double)line.bytes_total / MEGABYTE;
    return line.bytes_total > 0
               ? fprintf(stderr, "\r%s %zu, %.1f of %.1f MB", line.doing, line.done, read, total)
               : fprintf(stderr, "\r%s %zu, %.1f MB", line.doing, line.done, read);
}

static void draw(void)
{
    int width = line.has_bytes ? draw_bytes()
                : line.total > 0
                    ? fprintf(stderr, "\r%s %zu of %zu", line.doing, line.done, line.total)
                    : fprintf(stderr, "\r%s %zu", line.doing, line.done);
    fflush(stderr);
    line.width = width > 1 ? width - 1 : 0;
}

/* With blanks, which work on every terminal. */
static void wipe(void)
{
    if (line.width > 0)
        fprintf(stderr, "\r%*s\r", line.width, "");
    fflush(stderr);
    line.width = 0;
}

void progress_begin(const char *doing, size_t total)
{
    pthread_mutex_lock(&line.lock);
    line.shows = total != 1 && isatty(STDERR_FILENO) == 1;
    line.doing = doing;
    line.total = total;
    line.done = 0;
    line.has_bytes = false;
    line.next_ms = 0;
    pthread_mutex_unlock(&line.lock);
}

void progress_begin_bytes(const char *doing, uint64_t total)
{
    progress_begin(doing, 0);
    pthread_mutex_lock(&line.lock);
    line.has_bytes = true;
    line.bytes = 0;
    line.bytes_total = total;
    pthread_mutex_unlock(&line.lock);
}

static void show(void)
{
    int64_t now_ms = line.shows ? moment_steady_ms() : 0;
    if (line.shows && now_ms >= line.next_ms) {
        draw();
        line.next_ms = now_ms + PAUSE_MS;
    }
}

void progress_bytes(size_t count)
{
    pthread_mutex_lock(&line.lock);
    line.bytes += count;
    show();
    pthread_mutex_unlock(&line.lock);
}

void progress_step(void)
{
    pthread_mutex_lock(&line.lock);
    line.done++;
    show();
    pthread_mutex_unlock(&line.lock);
}

void progress_wipe(void)
{
    pthread_mutex_lock(&line.lock);
    wipe();
    pthread_mutex_unlock(&line.lock);
}

void progress_end(void)
{
    pthread_mutex_lock(&line.lock);
    wipe();
    line.shows = false;
    pthread_mutex_unlock(&line.lock);
}
