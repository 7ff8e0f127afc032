/* SPDX-License-Identifier: ISC */
/* loading: a loader with one port, and what the thread of a port does with it. */
#ifndef LOADING_H
#define LOADING_H

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/base/loader.h"
#include "daemon/base/lookup.h"
#include "test.h"

struct loading {
    struct loader *loader;
    int wake_fd;
    struct lookup_list ready;
    struct lookup_context context;
};

/* Opened in place: context points into it. */
static inline void loading_open(struct loading *loading, int64_t hang_ms)
{
    struct error why;
    *loading = (struct loading){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (loading->wake_fd < 0 || loader_open(&loading->loader, hang_ms, &why) != 0)
        abort();
    loading->context.port = loader_port_open(loading->loader, loading->wake_fd);
    loading->context.ready = &loading->ready;
    if (loading->context.port == NULL)
        abort();
}

static inline void loading_close(struct loading *loading)
{
    loader_port_close(loading->context.port);
    loader_close(loading->loader);
    close(loading->wake_fd);
}

/* Waits until a job is done, and has all that are finished. */
static inline void loading_finish(struct loading *loading, int64_t now_ms)
{
    uint64_t ignored;
    struct pollfd wake = {.fd = loading->wake_fd, .events = POLLIN};
    if (poll(&wake, 1, 60000) != 1) {
        printf("# no job was done in a minute\n");
        abort();
    }
    (void)!read(loading->wake_fd, &ignored, sizeof(ignored));
    loader_port_run(loading->context.port, now_ms);
}

#endif
