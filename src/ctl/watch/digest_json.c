/* SPDX-License-Identifier: ISC */
/* digest_json: writes a digest to a writer, as mta-stsctl-json(7) has it. */
#include "ctl/watch/digest_json.h"

#include <string.h>

static void put_item(const struct digest_item *item, struct writer *writer)
{
    const struct drift *drift = &item->drift;
    writer_start(writer, NULL);
    writer_text(writer, "event", digest_event_name(item->event));
    writer_text(writer, "kind", drift_name(drift->kind));
    writer_text(writer, "rule", drift->rule);
    writer_text(writer, "severity", severity_name(drift->severity));
    writer_list(writer, "domains");
    for (size_t i = 0; i < item->domain_count && i < DIGEST_JSON_DOMAINS; i++)
        writer_shown(writer, NULL, item->domains[i]);
    writer_end(writer);
    writer_number(writer, "domain_count", (int64_t)item->domain_count);
    writer_shown(writer, "where", drift->where);
    writer_shown(writer, "problem", drift->problem);
    if (drift->advice != NULL)
        writer_shown(writer, "advice", drift->advice);
    else
        writer_null(writer, "advice");
    writer_time(writer, "since", item->since);
    writer_end(writer);
}

static void put_rest(const struct digest *digest, struct writer *writer)
{
    size_t counts[DIGEST_EVENTS][DRIFT_KINDS] = {0};
    for (size_t i = digest->shown; i < digest->count; i++)
        counts[digest->items[i].event][digest->items[i].drift.kind]++;
    writer_list(writer, "rest");
    for (int event = 0; event < DIGEST_EVENTS; event++) {
        for (int kind = 0; kind < DRIFT_KINDS; kind++) {
            if (counts[event][kind] == 0)
                continue;
            writer_start(writer, NULL);
            writer_text(writer, "event", digest_event_name((enum digest_event)event));
            writer_text(writer, "kind", drift_name((enum drift_kind)kind));
            writer_number(writer, "count", (int64_t)counts[event][kind]);
            writer_end(writer);
        }
    }
    writer_end(writer);
}

void digest_json_put(const struct digest *digest, struct writer *writer)
{
    writer_number(writer, "time", digest->now);
    writer_number(writer, "checked", (int64_t)digest->checked);
    writer_number(writer, "unanswered", (int64_t)digest->dark);
    writer_number(writer, "began", (int64_t)digest->events[DIGEST_BEGAN]);
    writer_number(writer, "worse", (int64_t)digest->events[DIGEST_WORSE]);
    writer_number(writer, "ended", (int64_t)digest->events[DIGEST_ENDED]);
    writer_number(writer, "drifts", (int64_t)digest_open(digest));
    writer_number(writer, "unconfirmed", (int64_t)digest->unconfirmed);
    writer_list(writer, "items");
    for (size_t i = 0; i < digest->shown; i++)
        put_item(&digest->items[i], writer);
    writer_end(writer);
    put_rest(digest, writer);
}
