/* SPDX-License-Identifier: ISC */
/* status: what the service manager shows of the server: domains served, with errors, and without a
 * certificate. */
#include "daemon/life/status.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/file.h"
#include "common/config/config.h"
#include "daemon/base/deadline.h"
#include "daemon/base/notify.h"

#define JOB_KEY       2
#define AGAIN_MS      60000 /* between counts, for each COUNT_AT_ONCE domains */
#define COUNT_AT_ONCE 10000

/* One count. The job's own until it is done. */
struct count {
    struct loader_job job;
    struct status *status; /* for the thread that waits */
    struct site_table *table;
    size_t bare;
};

struct status {
    struct loader_port *port;
    struct site_table *table; /* counted, or NULL: nothing is served yet */
    size_t broken;
    size_t bare;         /* hosts without a certificate */
    struct count *count; /* under way, or NULL */
    int64_t due_ms;
};

struct status *status_open(struct loader_port *port)
{
    struct status *status = calloc(1, sizeof(*status));
    if (status == NULL)
        return NULL;
    status->port = port;
    status->due_ms = INT64_MAX;
    return status;
}

void status_close(struct status *status)
{
    if (status == NULL)
        return;
    if (status->count != NULL)
        loader_forget(&status->count->job);
    site_table_unref(status->table);
    free(status);
}

static void say(const struct status *status, const char *before)
{
    size_t served = site_table_count(status->table);
    char bare[64] = "";
    if (status->bare > 0)
        snprintf(bare, sizeof(bare), ", %zu without a certificate", status->bare);
    notify_send("%sSTATUS=%zu domain%s served, %zu with errors%s", before, served,
                served == 1 ? "" : "s", status->broken, bare);
}

/* ---- The count, on a loader thread. */

static struct count *count_of(struct loader_job *job)
{
    return (struct count *)(void *)job; /* its first member */
}

static bool is_bare(const struct config_domain *domain)
{
    char path[PATH_MAX];
    char key_path[PATH_MAX];
    if (domain->broken || domain->pairs == NULL || domain->pairs->count == 0)
        return false;
    for (size_t i = 0; i < domain->pairs->count; i++) {
        if (config_pair_paths(path, key_path, &domain->pairs->items[i], domain->name) == 0 &&
            file_stamp_of(path).inode != 0)
            return false;
    }
    return true;
}

static void run_count(struct loader_job *job)
{
    struct count *count = count_of(job);
    const struct config *config = site_table_config(count->table);
    for (size_t i = 0; i < config->domain_count; i++)
        count->bare += is_bare(&config->domains[i]);
}

static void finish_count(struct loader_job *job, int64_t now_ms)
{
    const struct count *count = count_of(job);
    struct status *status = count->status;
    bool is_news = count->bare != status->bare;
    status->count = NULL;
    status->bare = count->bare;
    if (is_news)
        say(status, "");
    if (count->bare > 0)
        status->due_ms =
            now_ms + AGAIN_MS * (1 + (int64_t)(site_table_count(status->table) / COUNT_AT_ONCE));
}

static void free_count(struct loader_job *job)
{
    struct count *count = count_of(job);
    site_table_unref(count->table);
    free(count);
}

void status_count(struct status *status)
{
    if (status->count != NULL)
        loader_forget(&status->count->job);
    status->due_ms = INT64_MAX;
    status->count = NULL;
    if (!notify_is_open())
        return;
    status->count = calloc(1, sizeof(*status->count));
    if (status->count == NULL)
        return; /* it is counted after the next reload */
    *status->count = (struct count){
        .job = {.run = run_count, .finish = finish_count, .free = free_count, .key = JOB_KEY},
        .status = status,
        .table = site_table_ref(status->table)};
    if (loader_submit(status->port, &status->count->job))
        return;
    free_count(&status->count->job);
    status->count = NULL;
}

/* ---- What is said. */

void status_serve(struct status *status, struct site_table *table, size_t broken)
{
    site_table_unref(status->table);
    status->table = site_table_ref(table);
    status->broken = broken;
    say(status, "READY=1\n");
    status_count(status);
}

void status_refuse(struct status *status, const char *refusal)
{
    notify_send("READY=1\nSTATUS=reload refused: %s; the old configuration stays in use", refusal);
    status->due_ms = INT64_MAX; /* that is what is to be seen */
    if (status->count == NULL)
        return;
    loader_forget(&status->count->job);
    status->count = NULL;
}

int64_t status_due_ms(const struct status *status)
{
    return status->due_ms;
}
