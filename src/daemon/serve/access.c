/* SPDX-License-Identifier: ISC */
/* access: writes the log line of each fetch, refusal and challenge. */
#include "daemon/serve/access.h"

#include <time.h>

#include "daemon/base/log.h"

void access_log(enum config_access_log mode, const struct access_entry *entry)
{
    bool is_good = entry->status == 200 && entry->is_complete;
    if (mode == CONFIG_ACCESS_LOG_OFF || (mode == CONFIG_ACCESS_LOG_ERRORS && is_good))
        return;

    char client[NETWORK_TEXT_MAX], stamp[32];
    struct tm now;
    time_t seconds = time(NULL);
    network_address_text(entry->client, client);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &now));
    void (*say)(enum log_level, const char *, ...) __attribute__((format(printf, 2, 3))) =
        is_good ? log_line : log_limited;
    say(LOG_LEVEL_INFO, "fetch time=%s host=%s client=%s status=%u tls=%s agent=\"%s\"%s", stamp,
        entry->host->text, client, entry->status, entry->tls_version, entry->agent,
        entry->is_complete ? "" : " incomplete");
}

void access_log_refusal(const struct network_address *client, const char *reason)
{
    char text[NETWORK_TEXT_MAX];
    network_address_text(client, text);
    log_limited(LOG_LEVEL_INFO, "refused client=%s reason=\"%s\"", text, reason);
}

void access_log_challenge(enum config_access_log mode, const struct network_address *client,
                          const struct hostname *host)
{
    if (mode != CONFIG_ACCESS_LOG_ON)
        return;
    char text[NETWORK_TEXT_MAX];
    network_address_text(client, text);
    log_limited(LOG_LEVEL_INFO, "challenge host=%s client=%s answered", host->text, text);
}
