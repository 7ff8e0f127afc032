/* SPDX-License-Identifier: ISC */
/* access: writes the log line of each fetch, refusal and challenge. */
#include "daemon/serve/access.h"

#include <stdio.h>

#include "common/policy/policyid.h"
#include "common/policy/policytext.h"
#include "common/senders/sender_agent.h"
#include "daemon/base/event.h"

#define V4_BITS 120 /* of the mapped form: an IPv4 /24 */
#define V6_BITS 48

/* Zeroes what is behind the first bits, whole bytes, and writes it as a network. */
static void write_network(char out[NETWORK_TEXT_MAX], const struct network_address *address)
{
    char text[NETWORK_TEXT_MAX];
    struct network_address base = *address;
    bool is_v4 = network_address_is_v4(address);
    for (size_t i = (is_v4 ? V4_BITS : V6_BITS) / 8; i < sizeof(base.bytes); i++)
        base.bytes[i] = 0;
    network_address_text(&base, text);
    (void)snprintf(out, NETWORK_TEXT_MAX, "%.48s/%d", text, is_v4 ? 24 : V6_BITS);
}

/* As much of it as log_clients allows. */
static void add_client(struct event *event, const struct config_server *settings,
                       const struct network_address *client)
{
    char text[NETWORK_TEXT_MAX] = "-";
    switch (settings->log_clients) {
    case CONFIG_LOG_CLIENTS_FULL:
        network_address_text(client, text);
        break;
    case CONFIG_LOG_CLIENTS_NETWORK:
        write_network(text, client);
        break;
    case CONFIG_LOG_CLIENTS_NONE:
        break;
    }
    event_token(event, "client", text);
}

/* What the client may keep now, and for how long. */
static void add_policy(struct event *event, const struct config_policy *policy)
{
    char id[POLICYID_LENGTH + 1];
    struct policytext text;
    if (policyid_make(id, policy->bytes, policy->length, NULL) == 0)
        event_token(event, "id", id);
    if (policytext_read(&text, policy->bytes, policy->length, NULL) == 0) {
        event_token(event, "mode", policy_mode_name(text.policy.mode));
        event_number(event, "max_age", text.policy.max_age);
    }
    policytext_free(&text);
}

void access_log(const struct config_server *settings, const struct access_entry *entry)
{
    struct event event;
    bool is_good = entry->status == 200 && entry->is_complete;
    enum config_access_log mode = settings->access_log;
    if (mode == CONFIG_ACCESS_LOG_OFF || (mode == CONFIG_ACCESS_LOG_ERRORS && is_good))
        return;
    event_begin(&event, "fetch");
    event_time(&event);
    event_token(&event, "host", entry->host->text);
    add_client(&event, settings, entry->client);
    event_number(&event, "status", entry->status);
    event_token(&event, "tls", entry->tls_version);
    event_token(&event, "group", entry->group);
    event_token(&event, "signature", entry->signature);
    event_duration(&event, "handshake_ms", entry->handshake_us);
    event_duration(&event, "answer_ms", entry->answer_us);
    event_number(&event, "bytes", entry->bytes);
    if (entry->status == 200)
        add_policy(&event, entry->policy);
    event_text(&event, "claimed_sender", sender_agent_name(sender_agent_family(entry->agent)));
    event_text(&event, "agent", entry->agent);
    if (!entry->is_complete)
        event_flag(&event, "incomplete");
    event_write(&event, LOG_LEVEL_INFO, !is_good);
}

void access_log_refusal(const struct config_server *settings, const struct network_address *client,
                        const struct hostname *host, const char *reason)
{
    struct event event;
    event_begin(&event, "refused");
    add_client(&event, settings, client);
    event_text(&event, "reason", reason);
    if (host != NULL && host->length > 0)
        event_token(&event, "host", host->text);
    event_time(&event);
    event_write(&event, LOG_LEVEL_INFO, true);
}

void access_log_challenge(const struct config_server *settings,
                          const struct network_address *client, const struct hostname *host)
{
    struct event event;
    if (settings->access_log != CONFIG_ACCESS_LOG_ON)
        return;
    event_begin(&event, "challenge");
    event_token(&event, "host", host->text);
    add_client(&event, settings, client);
    event_flag(&event, "answered");
    event_write(&event, LOG_LEVEL_INFO, true);
}

void access_log_settings(const struct config_server *settings)
{
    static const char *const modes[] = {
        [CONFIG_ACCESS_LOG_ON] = "on",
        [CONFIG_ACCESS_LOG_ERRORS] = "errors",
        [CONFIG_ACCESS_LOG_OFF] = "off",
    };
    static const char *const clients[] = {
        [CONFIG_LOG_CLIENTS_FULL] = "full",
        [CONFIG_LOG_CLIENTS_NETWORK] = "network",
        [CONFIG_LOG_CLIENTS_NONE] = "none",
    };
    struct event event;
    event_begin(&event, "log");
    event_time(&event);
    event_token(&event, "access_log", modes[settings->access_log]);
    event_token(&event, "log_clients", clients[settings->log_clients]);
    event_write(&event, LOG_LEVEL_INFO, false);
}
