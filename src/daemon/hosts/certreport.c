/* SPDX-License-Identifier: ISC */
/* certreport: which certificates a worker holds and when they expire: asked for by another thread,
 * answered by the worker between two turns of its loop. */
#include "daemon/hosts/certreport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/hosts/certstore_types.h"

void certreport_free(struct certreport *report)
{
    for (size_t i = 0; i < report->count; i++)
        free(report->rows[i].path);
    free(report->rows);
    *report = (struct certreport){0};
}

bool certreport_add(struct certreport *report, struct certreport *more)
{
    if (more->count == 0) {
        certreport_free(more);
        return true;
    }
    struct certreport_row *rows =
        reallocarray(report->rows, report->count + more->count, sizeof(*rows));
    if (rows == NULL)
        return false;
    memcpy(rows + report->count, more->rows, more->count * sizeof(*rows));
    report->rows = rows;
    report->count += more->count;
    free(more->rows);
    *more = (struct certreport){0};
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct certreport_row *one = a;
    const struct certreport_row *other = b;
    int order = strcmp(one->path, other->path);
    if (order != 0)
        return order;
    return one->not_after < other->not_after ? -1 : one->not_after > other->not_after;
}

static int by_expiry(const void *a, const void *b)
{
    const struct certreport_row *one = a;
    const struct certreport_row *other = b;
    if (one->not_after != other->not_after)
        return one->not_after < other->not_after ? -1 : 1;
    return strcmp(one->path, other->path);
}

void certreport_merge(struct certreport *report)
{
    size_t kept = 0;
    if (report->count == 0)
        return;
    qsort(report->rows, report->count, sizeof(report->rows[0]), by_path);
    for (size_t i = 1; i < report->count; i++) {
        if (strcmp(report->rows[i].path, report->rows[kept].path) == 0)
            free(report->rows[i].path);
        else
            report->rows[++kept] = report->rows[i];
    }
    report->count = kept + 1;
    qsort(report->rows, report->count, sizeof(report->rows[0]), by_expiry);
}

void certreport_desk_open(struct certreport_desk *desk)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->answered, &attributes);
    pthread_condattr_destroy(&attributes);
    atomic_init(&desk->is_asked, false);
    desk->has_answer = false;
    desk->report = (struct certreport){0};
}

void certreport_desk_close(struct certreport_desk *desk)
{
    certreport_free(&desk->report);
    pthread_cond_destroy(&desk->answered);
    pthread_mutex_destroy(&desk->lock);
}

void certreport_ask(struct certreport_desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    certreport_free(&desk->report); /* of a question that nobody waited for any longer */
    desk->has_answer = false;
    atomic_store(&desk->is_asked, true);
    pthread_mutex_unlock(&desk->lock);
}

bool certreport_await(struct certreport_desk *desk, int64_t until_ms, struct certreport *out)
{
    const struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    int failed = 0;
    *out = (struct certreport){0};
    pthread_mutex_lock(&desk->lock);
    while (!desk->has_answer && failed == 0)
        failed = pthread_cond_timedwait(&desk->answered, &desk->lock, &until);
    bool has_answer = desk->has_answer;
    if (has_answer) {
        *out = desk->report;
        desk->report = (struct certreport){0};
        desk->has_answer = false;
    }
    pthread_mutex_unlock(&desk->lock);
    return has_answer;
}

/* What memory there is for. */
static struct certreport gather(const struct certstore *store)
{
    struct certreport report = {0};
    if (store->count == 0)
        return report;
    report.rows = calloc(store->count, sizeof(report.rows[0]));
    for (const struct certstore_entry *entry = store->newest;
         entry != NULL && report.rows != NULL && report.count < store->count;
         entry = entry->older) {
        char *path = entry->pair != NULL ? strdup(entry->file.chain_path) : NULL;
        if (path != NULL)
            report.rows[report.count++] =
                (struct certreport_row){.not_before = entry->pair->cert.not_before,
                                        .not_after = entry->pair->cert.not_after,
                                        .path = path};
    }
    return report;
}

void certreport_answer(struct certreport_desk *desk, const struct certstore *store)
{
    struct certreport report = gather(store);
    pthread_mutex_lock(&desk->lock);
    atomic_store(&desk->is_asked, false);
    certreport_free(&desk->report);
    desk->report = report;
    desk->has_answer = true;
    pthread_cond_signal(&desk->answered);
    pthread_mutex_unlock(&desk->lock);
}
