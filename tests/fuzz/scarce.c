/* SPDX-License-Identifier: ISC */
/* scarce: lets descriptors and memory run out in the code that is tried, and only there. */
#include "scarce.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/file.h"

#define PROBES_MAX 16

static struct {
    bool is_on;
    bool limits_memory;
    bool is_lasting;
    unsigned left;    /* allocations that succeed */
    unsigned chances; /* 0: not by chance */
    uint32_t state;   /* of the chance */
    rlim_t files;     /* 0: no limit */
} scarce;

static void set_files(rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        abort();
    limit.rlim_cur = most != 0 ? most : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        abort();
}

/* The kernel gives the lowest number that is free, and refuses one at or above the limit. */
void scarce_descriptors(unsigned left)
{
    int probes[PROBES_MAX + 1];
    unsigned count = left < PROBES_MAX ? left : PROBES_MAX;
    set_files(0);
    for (unsigned i = 0; i <= count; i++)
        if ((probes[i] = dup(STDERR_FILENO)) < 0)
            abort();
    scarce.files = (rlim_t)probes[count];
    for (unsigned i = 0; i <= count; i++)
        close(probes[i]);
}

void scarce_memory(unsigned left, bool is_lasting)
{
    scarce.limits_memory = true;
    scarce.is_lasting = is_lasting;
    scarce.left = left;
}

void scarce_by_chance(unsigned of_so_many, uint32_t seed)
{
    scarce.chances = of_so_many;
    scarce.state = seed | 1;
}

void scarce_nothing(void)
{
    scarce.limits_memory = false;
    scarce.chances = 0;
    scarce.files = 0;
}

void scarce_begin(void)
{
    scarce.is_on = true;
    if (scarce.files != 0)
        set_files(scarce.files);
}

void scarce_end(void)
{
    scarce.is_on = false;
    if (scarce.files != 0)
        set_files(0);
}

/* xorshift32 */
static uint32_t next_chance(void)
{
    scarce.state ^= scarce.state << 13;
    scarce.state ^= scarce.state >> 17;
    scarce.state ^= scarce.state << 5;
    return scarce.state;
}

/* One of threads at a time. */
static bool is_out_locked(void)
{
    if (!scarce.is_on)
        return false;
    bool is_out = scarce.chances != 0 && next_chance() % scarce.chances == 0;
    if (scarce.limits_memory && scarce.left > 0) {
        scarce.left--;
    } else if (scarce.limits_memory) {
        is_out = true;
        scarce.limits_memory = scarce.is_lasting;
    }
    return is_out;
}

static bool is_out(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    bool is_out = is_out_locked();
    pthread_mutex_unlock(&lock);
    if (is_out)
        errno = ENOMEM;
    return is_out;
}

/* ld --wrap leads each call to the first, and the second to the C library. */
#define WRAPPED(type, failure, name, parameters, arguments)                                        \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return is_out() ? (failure) : __real_##name arguments;                                     \
    }

WRAPPED(void *, NULL, malloc, (size_t size), (size))
WRAPPED(void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAPPED(void *, NULL, realloc, (void *memory, size_t size), (memory, size))
WRAPPED(int, ENOMEM, posix_memalign, (void **out, size_t alignment, size_t size),
        (out, alignment, size))

int __real_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);

int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    if (operation == EPOLL_CTL_ADD && is_out())
        return -1;
    return __real_epoll_ctl(epoll, operation, fd, event);
}

/* A file is read from memory here, and takes a descriptor all the same. */
int __real_file_read(struct file *out, const char *path, size_t limit, struct error *why);
int __wrap_file_read(struct file *out, const char *path, size_t limit, struct error *why);

int __wrap_file_read(struct file *out, const char *path, size_t limit, struct error *why)
{
    int fd = dup(STDERR_FILENO);
    if (fd < 0) {
        *out = (struct file){0};
        return error_set_errno(why, errno, "%s: %s", path, strerror(errno));
    }
    close(fd);
    return __real_file_read(out, path, limit, why);
}
