/* SPDX-License-Identifier: ISC */
/* fault: a library to be preloaded into the daemon, in which calls fail when a test wants them to.
 *
 * The test shares a file with it (FAULT_CONTROL), which is mapped before the sandbox closes: what
 * is written there counts at once. The order of its cells is that of test_faults.py. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ACTION_ADD 1 /* EPOLL_CTL_ADD */

enum kind {
    KIND_ALLOCATE,
    KIND_ACCEPT,
    KIND_EPOLL_CREATE,
    KIND_EPOLL_CTL,
    KIND_EPOLL_WAIT,
    KIND_EVENTFD,
    KIND_SIGNALFD,
    KIND_SOCKET,
    KIND_SOCKETPAIR,
    KIND_OPEN,
    KIND_READ,
    KIND_WRITE,
    KIND_RECV,
    KIND_SEND,
    KIND_POLL,
    KIND_SETSOCKOPT,
    KIND_GETRANDOM,
    KIND_THREAD,
    KIND_MAP,
    KIND_LANDLOCK,
    KIND_SECCOMP,
    KIND_COUNT,
};

enum scope {
    SCOPE_ALL,
    SCOPE_MAIN,   /* the main thread's calls only */
    SCOPE_OTHERS, /* those of all other threads */
};

/* Of one kind of calls. */
struct plan {
    _Atomic int64_t times; /* that many fail; 0: none, and none is counted */
    _Atomic int64_t skip;  /* after so many that do not */
    _Atomic int64_t error; /* with this errno */
    _Atomic int64_t scope;
    _Atomic int64_t seen;
    _Atomic int64_t hits;
};

struct control {
    _Atomic int64_t clock_s; /* added to the time of day */
    _Atomic int64_t live;    /* allocations that are not freed */
    struct plan plans[KIND_COUNT];
};

static struct control *control;
static _Thread_local __attribute__((tls_model("initial-exec"))) bool is_main;
static bool is_exempt; /* the main thread is in a library that has faults of its own */

static bool is_in_scope(int64_t scope)
{
    return scope == SCOPE_ALL || (scope == SCOPE_MAIN) == is_main;
}

/* Whether this call fails; errno is set then. */
static bool is_due(enum kind kind)
{
    if (control == NULL || (is_exempt && is_main))
        return false;
    struct plan *plan = &control->plans[kind];
    int64_t times = plan->times, skip = plan->skip;
    if (times == 0 || !is_in_scope(plan->scope))
        return false;
    int64_t number = plan->seen++;
    if (number < skip || number - skip >= times)
        return false;
    plan->hits++;
    errno = (int)plan->error;
    return true;
}

static void *find(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* A call that fails with -1. The prototypes are ours: those of the C library differ in dress. */
#define FAULTY(kind, type, name, parameters, arguments)                                            \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        if (is_due(kind))                                                                          \
            return (type)-1;                                                                       \
        if (real == NULL)                                                                          \
            *(void **)&real = find(#name);                                                         \
        return real arguments;                                                                     \
    }

FAULTY(KIND_ACCEPT, int, accept4, (int fd, void *peer, void *length, int flags),
       (fd, peer, length, flags))
FAULTY(KIND_EPOLL_CREATE, int, epoll_create1, (int flags), (flags))
FAULTY(KIND_EPOLL_WAIT, int, epoll_wait, (int epoll, void *events, int most, int wait_ms),
       (epoll, events, most, wait_ms))
FAULTY(KIND_EVENTFD, int, eventfd, (unsigned start, int flags), (start, flags))
FAULTY(KIND_SIGNALFD, int, signalfd, (int fd, const void *set, int flags), (fd, set, flags))
FAULTY(KIND_SOCKET, int, socket, (int family, int type, int protocol), (family, type, protocol))
FAULTY(KIND_SOCKETPAIR, int, socketpair, (int family, int type, int protocol, int *pair),
       (family, type, protocol, pair))
FAULTY(KIND_READ, ptrdiff_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size))
FAULTY(KIND_WRITE, ptrdiff_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
FAULTY(KIND_RECV, ptrdiff_t, recv, (int fd, void *bytes, size_t size, int flags),
       (fd, bytes, size, flags))
FAULTY(KIND_RECV, ptrdiff_t, __recv_chk, (int fd, void *bytes, size_t size, size_t room, int flags),
       (fd, bytes, size, room, flags))
FAULTY(KIND_SEND, ptrdiff_t, send, (int fd, const void *bytes, size_t size, int flags),
       (fd, bytes, size, flags))
FAULTY(KIND_POLL, int, poll, (void *fds, unsigned long count, int wait_ms), (fds, count, wait_ms))
FAULTY(KIND_POLL, int, __poll_chk, (void *fds, unsigned long count, int wait_ms, size_t room),
       (fds, count, wait_ms, room))
FAULTY(KIND_SETSOCKOPT, int, setsockopt,
       (int fd, int level, int name, const void *value, unsigned length),
       (fd, level, name, value, length))
FAULTY(KIND_GETRANDOM, ptrdiff_t, getrandom, (void *bytes, size_t size, unsigned flags),
       (bytes, size, flags))
FAULTY(KIND_MAP, void *, mmap,
       (void *at, size_t size, int protection, int flags, int fd, off_t offset),
       (at, size, protection, flags, fd, offset))

/* No caller here makes a file, so there is no mode to hand on. */
int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    if (is_due(KIND_OPEN))
        return -1;
    if (real == NULL)
        *(void **)&real = find("open");
    return real(path, flags);
}

int openat(int directory, const char *path, int flags, ...)
{
    static int (*real)(int, const char *, int, ...);
    if (is_due(KIND_OPEN))
        return -1;
    if (real == NULL)
        *(void **)&real = find("openat");
    return real(directory, path, flags);
}

/* As on a kernel that has none of it. */
long syscall(long number, ...);
long syscall(long number, ...)
{
    static long (*real)(long, ...);
    va_list list;
    long a[6];
    va_start(list, number);
    for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if ((number == SYS_landlock_create_ruleset && is_due(KIND_LANDLOCK)) ||
        (number == SYS_seccomp && is_due(KIND_SECCOMP)))
        return -1;
    if (real == NULL)
        *(void **)&real = find("syscall");
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* To take one in may need memory; to let one go never fails. */
int epoll_ctl(int epoll, int action, int fd, void *event);
int epoll_ctl(int epoll, int action, int fd, void *event)
{
    static int (*real)(int, int, int, void *);
    if (action == ACTION_ADD && is_due(KIND_EPOLL_CTL))
        return -1;
    if (real == NULL)
        *(void **)&real = find("epoll_ctl");
    return real(epoll, action, fd, event);
}

int pthread_create(void *thread, const void *attributes, void *(*run)(void *), void *argument);
int pthread_create(void *thread, const void *attributes, void *(*run)(void *), void *argument)
{
    static int (*real)(void *, const void *, void *(*)(void *), void *);
    if (is_due(KIND_THREAD))
        return errno;
    if (real == NULL)
        *(void **)&real = find("pthread_create");
    return real(thread, attributes, run, argument);
}

/* ---- Left alone: without memory glibc crashes in its search for accounts (2.36), and libseccomp
 * crashes or never ends (2.5.4). That it loses rules, too, is what test_sandbox is about. */

void *getpwnam(const char *name);
void *getpwnam(const char *name)
{
    void *(*real)(const char *);
    *(void **)&real = find("getpwnam");
    is_exempt = true;
    void *account = real(name);
    is_exempt = false;
    return account;
}

void *seccomp_init(uint32_t action);
void *seccomp_init(uint32_t action)
{
    void *(*real)(uint32_t);
    *(void **)&real = find("seccomp_init");
    is_exempt = true;
    return real(action);
}

void seccomp_release(void *filter);
void seccomp_release(void *filter)
{
    void (*real)(void *);
    *(void **)&real = find("seccomp_release");
    real(filter);
    is_exempt = false;
}

/* ---- The time of day. */

int clock_gettime(clockid_t clock, struct timespec *out)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL)
        *(void **)&real = find("clock_gettime");
    int result = real(clock, out);
    if (control != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        out->tv_sec += control->clock_s;
    return result;
}

time_t time(time_t *out)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* ---- Memory. What the search for the real functions itself needs comes from a small store. */

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static bool is_finding;
static _Alignas(max_align_t) char store[4096];
static size_t store_used;

static void *take_from_store(size_t size)
{
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (size > sizeof(store) - store_used)
        return NULL;
    store_used += size;
    return store + store_used - size;
}

static bool is_of_store(const void *memory)
{
    return (const char *)memory >= store && (const char *)memory < store + sizeof(store);
}

static bool has_real(void)
{
    if (real_free != NULL)
        return true;
    if (is_finding)
        return false;
    is_finding = true;
    *(void **)&real_malloc = find("malloc");
    *(void **)&real_calloc = find("calloc");
    *(void **)&real_posix_memalign = find("posix_memalign");
    *(void **)&real_realloc = find("realloc");
    *(void **)&real_free = find("free");
    return true;
}

static void *count(void *memory)
{
    if (control != NULL && memory != NULL)
        control->live++;
    return memory;
}

void *malloc(size_t size)
{
    if (!has_real())
        return take_from_store(size);
    return is_due(KIND_ALLOCATE) ? NULL : count(real_malloc(size));
}

void *calloc(size_t items, size_t size)
{
    if (!has_real())
        return take_from_store(items * size);
    return is_due(KIND_ALLOCATE) ? NULL : count(real_calloc(items, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    if (!has_real() || is_due(KIND_ALLOCATE))
        return ENOMEM;
    int reason = real_posix_memalign(out, alignment, size);
    if (reason == 0)
        (void)count(*out);
    return reason;
}

void *realloc(void *memory, size_t size)
{
    if (memory == NULL)
        return malloc(size);
    if (!has_real() || is_of_store(memory))
        abort();
    return is_due(KIND_ALLOCATE) ? NULL : real_realloc(memory, size);
}

void free(void *memory)
{
    int before = errno;
    if (memory == NULL || is_of_store(memory) || !has_real())
        return;
    if (control != NULL)
        control->live--;
    real_free(memory);
    errno = before;
}

static void __attribute__((constructor)) begin(void)
{
    const char *path = getenv("FAULT_CONTROL");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    is_main = true;
    (void)has_real();
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (shared != MAP_FAILED)
        control = shared;
}
