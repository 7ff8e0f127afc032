/* SPDX-License-Identifier: ISC */
/* capacity: how many cores and descriptors this process may use. */
#include "daemon/base/capacity.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>

/* What is open beside the connections, at most: the log, signals, watches, a socket to tell others,
 * the wake-up of the main thread, and two files for each loader thread; of each worker its epoll
 * sets, wake-up and spare one, and what max_connections is rounded up by; the listeners, twice in a
 * reload, and inherited.
 */
#define PROCESS_FILES  32
#define WORKER_FILES   9
#define LISTENER_FILES 3
#define METRICS_FILES  20 /* the listener's, and its connections: see life/metrics.c */

static size_t cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    return (size_t)CPU_COUNT(&set);
}

size_t capacity_workers(const struct config_server *server)
{
    return server->workers != 0 ? server->workers : cores();
}

/* Raises the limit of open files. SIZE_MAX: not known, or none. */
static size_t raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return SIZE_MAX;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = before;
    return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : limit.rlim_cur;
}

size_t capacity_judge_connections(const struct config_server *server, const char *config_path,
                                  struct findings *said)
{
    size_t files = raise_files(), wanted = server->max_connections;
    size_t kept = PROCESS_FILES + WORKER_FILES * capacity_workers(server) +
                  LISTENER_FILES * server->listen_count;
    kept += server->metrics.endpoint.length > 0 ? METRICS_FILES : 0;
    size_t needed = kept + wanted * CAPACITY_CONNECTION_FILES;
    if (files >= needed)
        return wanted;
    size_t most = files > kept ? (files - kept) / CAPACITY_CONNECTION_FILES : 0;
    most = most > 0 ? most : 1;
    findings_say(said, SEVERITY_NOTE, config_path, 0,
                 "max_connections = %zu needs %zu open files, and this process may have %zu, "
                 "enough for %zu connection%s; write `max_connections = %zu`, or raise the limit "
                 "(LimitNOFILE=%zu in a unit, `ulimit -n %zu` in a shell)",
                 wanted, needed, files, most, most == 1 ? "" : "s", most, needed, needed);
    return most;
}
