/* SPDX-License-Identifier: ISC */
/* surveywatch: `check --watch`: tells what began, got worse or ended since the runs before. */
#include "ctl/check/surveywatch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/base/journal.h"
#include "ctl/base/lock.h"
#include "ctl/base/replace.h"
#include "ctl/base/setup.h"
#include "ctl/check/drifts.h"
#include "ctl/watch/digest_json.h"
#include "ctl/watch/digest_metrics.h"
#include "ctl/watch/digest_text.h"
#include "ctl/watch/tell.h"

#define WORK "watching with this state directory"

int surveywatch_open(struct surveywatch *out, const struct surveywatch_params *params,
                     struct error *why)
{
    *out = (struct surveywatch){.params = params, .now = (int64_t)time(NULL)};
    out->lock = lock_take(params->state, WORK, why);
    if (out->lock < 0 || told_load(&out->told, params->state, why) != 0)
        return -1;
    return 0;
}

void surveywatch_close(struct surveywatch *watch)
{
    if (watch->params == NULL)
        return;
    lock_release(watch->lock);
    told_free(&watch->told);
    sightings_free(&watch->seen);
    *watch = (struct surveywatch){0};
}

void surveywatch_take(struct surveywatch *watch, const struct inspection *item)
{
    drifts_collect(&watch->seen, item);
}

static bool is_configured(void *context, const char *domain)
{
    const struct config *config = context;
    for (size_t i = 0; config != NULL && i < config->domain_count; i++) {
        if (strcmp(config->domains[i].name, domain) == 0)
            return true;
    }
    return false;
}

/* watch.prom in the state directory, for node_exporter. */
static int save_metrics(const struct surveywatch *watch, const struct digest *digest,
                        struct error *why)
{
    char path[PATH_MAX];
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    snprintf(path, sizeof(path), "%s/watch.prom", watch->params->state);
    if (stream == NULL)
        return error_set(why, "out of memory");
    digest_metrics_write(digest, stream);
    int result = fclose(stream) == 0 ? 0 : error_set(why, "out of memory");
    const struct replace_part part = {(const unsigned char *)text, length};
    if (result == 0)
        result = replace_file(path, &part, 1, 0644, why);
    free(text);
    return result;
}

static int print(const struct surveywatch *watch, const struct digest *digest)
{
    struct writer writer;
    FILE *lines = watch->params->metrics ? stderr : stdout;
    if (!watch->params->json) {
        digest_text_write(digest, journal_has(lines), lines);
        if (watch->params->metrics)
            digest_metrics_write(digest, stdout);
        return 0;
    }
    writer_open(&writer, &writer_json, stdout);
    digest_json_put(digest, &writer);
    return writer_finish(&writer) == 0 ? 0 : setup_fail("the result cannot be written");
}

static int judge(const struct digest *digest)
{
    if (digest->events[DIGEST_BEGAN] + digest->events[DIGEST_WORSE] > 0)
        return SETUP_FOUND;
    return digest_open(digest) > 0 ? SETUP_KNOWN : SETUP_FINE;
}

int surveywatch_finish(struct surveywatch *watch)
{
    struct digest digest;
    struct error why;
    const struct digest_params params = {
        .now = watch->now,
        .all = watch->params->all,
        .is_configured = is_configured,
        .context = (void *)(uintptr_t)watch->params->config,
    };
    const struct config_watch *config = &watch->params->config->watch;
    int status = SETUP_FAILED;
    if (digest_make(&digest, &watch->seen, &watch->told, &params) != 0)
        setup_fail("out of memory");
    else if (print(watch, &digest) == 0)
        status = judge(&digest);
    if (status != SETUP_FAILED && digest_has_news(&digest) && tell_is_on(config) &&
        tell_hold(&digest, config, watch->params->state, &why) != 0)
        status = setup_fail("%s", why.text);
    if (status != SETUP_FAILED && told_save(&watch->told, &why) != 0)
        status = setup_fail("%s", why.text);
    if (status != SETUP_FAILED && save_metrics(watch, &digest, &why) != 0)
        status = setup_fail("%s", why.text);
    if (!watch->params->later && tell_run(config, watch->params->state) != 0)
        status = SETUP_FAILED;
    digest_free(&digest);
    return status;
}

int surveywatch_tell(const struct config_watch *watch, const char *state)
{
    struct error why;
    int lock = lock_take(state, WORK, &why);
    if (lock < 0)
        return setup_fail("%s", why.text);
    int result = tell_run(watch, state);
    lock_release(lock);
    return result == 0 ? SETUP_FINE : SETUP_FAILED;
}
