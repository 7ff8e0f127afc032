/* SPDX-License-Identifier: ISC */
/* access: writes the log line of each fetch, refusal and challenge. */
#include "daemon/serve/access.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/random.h>

#include "common/policy/policyid.h"
#include "common/policy/policytext.h"
#include "common/senders/sender_agent.h"
#include "daemon/base/deadline.h"
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

/* The lines that are never left out are numbered, from 1 on in each run of the program, so that a
 * reader of the log sees that one is missing. Threads may write them in another order. */
static void add_line(struct event *event)
{
    static atomic_uint_least64_t last;
    static atomic_uint_least32_t run;
    char value[sizeof("ffffffff-18446744073709551615")];
    uint_least32_t id = atomic_load_explicit(&run, memory_order_relaxed);
    if (id == 0) { /* two threads may come here: the first one's is taken */
        uint_least32_t none = 0;
        if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != (ssize_t)sizeof(id) || id == 0)
            id = (uint_least32_t)deadline_now_us() | 1;
        if (!atomic_compare_exchange_strong(&run, &none, id))
            id = none;
    }
    uint64_t number = 1 + atomic_fetch_add_explicit(&last, 1, memory_order_relaxed);
    (void)snprintf(value, sizeof(value), "%08" PRIxLEAST32 "-%" PRIu64, id, number);
    event_token(event, "line", value);
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
    if (is_good)
        add_line(&event);
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

void access_log_mark(const struct config_server *settings, const char *cause, const char *policies)
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
    event_token(&event, "cause", cause);
    if (policies[0] != '\0')
        event_token(&event, "policies", policies);
    add_line(&event);
    event_write(&event, LOG_LEVEL_INFO, false);
}
