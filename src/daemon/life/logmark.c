/* SPDX-License-Identifier: ISC */
/* logmark: the lines of the access log that say from when to when it is whole. */
#include "daemon/life/logmark.h"

#include "common/policy/policyset.h"
#include "daemon/base/deadline.h"
#include "daemon/serve/access.h"

#define HOUR_MS INT64_C(3600000)

/* In the order of their names, as the configuration has them. */
static bool next_site(const void *context, size_t number, struct policyset_item *out)
{
    const struct site *site = site_table_at(context, number);
    if (site == NULL)
        return false;
    *out = (struct policyset_item){site->domain, site->policy->bytes, site->policy->length};
    return true;
}

/* Without an access log there is nothing that could be whole, and nobody is woken. */
static void set_due(struct logmark *mark, const struct config_server *settings)
{
    bool is_off = settings->access_log == CONFIG_ACCESS_LOG_OFF;
    mark->due_ms = is_off ? INT64_MAX : deadline_now_ms() + HOUR_MS;
}

void logmark_serve(struct logmark *out, const struct site_table *table, bool is_start)
{
    const struct config_server *settings = site_table_server(table);
    (void)policyset_make(out->policies, next_site, table, NULL);
    access_log_mark(settings, is_start ? "start" : "reload", out->policies);
    set_due(out, settings);
}

void logmark_hour(struct logmark *mark, const struct site_table *table)
{
    const struct config_server *settings = site_table_server(table);
    access_log_mark(settings, "hour", mark->policies);
    set_due(mark, settings);
}

void logmark_stop(const struct logmark *mark, const struct site_table *table)
{
    access_log_mark(site_table_server(table), "stop", mark->policies);
}
