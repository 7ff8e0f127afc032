/* SPDX-License-Identifier: ISC */
/* configload: reads the configuration, at the start on the calling thread, and later on a loader
 * thread while the caller goes on. */
#include "daemon/life/configload.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/life/load.h"
#include "daemon/sandbox/sandbox.h"

/* What one load reads. The job's own until it is done. */
struct reading {
    struct loader_job job;
    struct configload *load;   /* for the thread that waits */
    struct site_table *before; /* counted, or NULL: what serves */
    struct config_source source;
    struct watch_load watched;
    struct findings said;
    struct configload_result result;
};

struct configload {
    struct watch *watch;
    struct reading *reading; /* with the loader; NULL: it is done */
    struct watch_load watched;
    struct findings said;
    struct configload_result result;
};

static void read_config(struct reading *reading)
{
    struct configload_result *result = &reading->result;
    reading->source.enters = watch_enter;
    reading->source.context = &reading->watched;
    if (config_load(&result->config, &reading->source, &reading->said) != 0)
        result->config = NULL;
    result->lacked_memory = reading->said.lacked_memory;
    watch_look_at_load(&reading->watched, result->config);
    result->is_denied =
        result->config != NULL && sandbox_admits(result->config, &result->denial) != 0;
}

struct configload_result configload_now(struct watch *watch, const struct config_source *source)
{
    struct reading reading = {.source = *source};
    watch_begin_load(watch, &reading.watched);
    read_config(&reading);
    watch_end_load(watch, &reading.watched);
    log_begin_load();
    load_say(&reading.said);
    return reading.result;
}

/* ---- On a loader thread. */

static struct reading *reading_of(struct loader_job *job)
{
    return (struct reading *)(void *)job; /* its first member */
}

static void run_reading(struct loader_job *job)
{
    read_config(reading_of(job));
}

static void finish_reading(struct loader_job *job, int64_t now_ms)
{
    struct reading *reading = reading_of(job);
    struct configload *load = reading->load;
    (void)now_ms;
    load->watched = reading->watched; /* all three are moved */
    load->said = reading->said;
    load->result = reading->result;
    reading->watched = (struct watch_load){.places = {.events = -1}};
    reading->said = (struct findings){0};
    reading->result.config = NULL;
    load->reading = NULL;
}

static void free_reading(struct loader_job *job)
{
    struct reading *reading = reading_of(job);
    watch_free_load(&reading->watched);
    findings_free(&reading->said);
    config_free(reading->result.config);
    site_table_unref(reading->before);
    free(reading);
}

static struct reading *begin_reading(struct configload *load, const char *path,
                                     struct site_table *before)
{
    struct reading *reading = calloc(1, sizeof(*reading));
    if (reading == NULL)
        return NULL;
    reading->job = (struct loader_job){
        .run = run_reading, .finish = finish_reading, .free = free_reading, .key = WATCH_JOB_KEY};
    reading->load = load;
    reading->before = site_table_ref(before);
    reading->source = (struct config_source){
        .path = path, .denies = sandbox_denial, .before = site_table_config(before)};
    watch_begin_load(load->watch, &reading->watched);
    if (loader_submit(watch_port(load->watch), &reading->job))
        return reading;
    free_reading(&reading->job);
    return NULL;
}

struct configload *configload_begin(struct watch *watch, const char *path,
                                    struct site_table *before)
{
    struct configload *load = calloc(1, sizeof(*load));
    if (load == NULL)
        return NULL;
    load->watch = watch;
    load->reading = begin_reading(load, path, before);
    if (load->reading == NULL) {
        free(load);
        return NULL;
    }
    watch_hold(watch, true);
    return load;
}

bool configload_is_done(const struct configload *load)
{
    return load->reading == NULL;
}

bool configload_hangs(const struct configload *load)
{
    if (load->reading == NULL)
        return false;
    loader_tell_hanging(loader_of(watch_port(load->watch)));
    return loader_job_hangs(&load->reading->job);
}

struct configload_result configload_end(struct configload *load)
{
    struct configload_result result = load->result;
    watch_hold(load->watch, false);
    if (load->reading != NULL) {
        loader_forget(&load->reading->job);
        watch_give_up_load(load->watch);
    } else {
        watch_end_load(load->watch, &load->watched);
        log_begin_load();
        load_say(&load->said);
    }
    free(load);
    return result;
}
