/* SPDX-License-Identifier: ISC */
/* setmetrics: the key `metrics` of [server]: an address of its own, private unless it says so. */
#include "common/config/setmetrics.h"

#include <string.h>

#define WORD " public"

static bool is_unspecified(const struct network_endpoint *endpoint)
{
    if (endpoint->address.any.sa_family == AF_INET)
        return endpoint->address.v4.sin_addr.s_addr == htonl(INADDR_ANY);
    return IN6_IS_ADDR_UNSPECIFIED(&endpoint->address.v6.sin6_addr);
}

static bool is_private(const struct network_endpoint *endpoint)
{
    struct network_address address = network_address_of(&endpoint->address.any);
    return !is_unspecified(endpoint) && network_address_scope(&address) != NULL;
}

static in_port_t port_of(const struct network_endpoint *endpoint)
{
    return endpoint->address.any.sa_family == AF_INET ? endpoint->address.v4.sin_port
                                                      : endpoint->address.v6.sin6_port;
}

int setmetrics_read(const struct setting_line *line, struct error *why)
{
    struct config_metrics *metrics = &line->draft->config->server.metrics;
    struct network_endpoint endpoints[2];
    size_t count = 0;
    size_t length = strlen(line->value);
    size_t word = strlen(WORD);
    char text[NETWORK_TEXT_MAX];
    bool has_word = length > word && strcmp(line->value + length - word, WORD) == 0;
    length -= has_word ? word : 0;
    while (length > 0 && line->value[length - 1] == ' ')
        length--;
    if (length >= sizeof(text))
        return error_set(why, "\"%.100s\" is too long; write an address such as 127.0.0.1:9415",
                         line->value);
    memcpy(text, line->value, length);
    text[length] = '\0';
    if (network_parse_listen(endpoints, &count, text, why) != 0)
        return -1;
    if (count != 1)
        return error_set(why, "\"%s\" is a port without an address; write 127.0.0.1:%s", text,
                         text);
    if (!is_private(&endpoints[0]) && !has_word)
        return error_set(why,
                         "others may reach %s, and whoever does can read the metrics; write "
                         "127.0.0.1:9415, or `%s public` if that is meant",
                         text, text);
    *metrics = (struct config_metrics){
        .endpoint = endpoints[0], .place = line->place, .text = draft_text(line->draft, text)};
    return 0;
}

static bool is_same(const struct network_endpoint *a, const struct network_endpoint *b)
{
    if (port_of(a) != port_of(b) || port_of(a) == 0)
        return false;
    return network_endpoint_equal(a, b) || is_unspecified(a) || is_unspecified(b);
}

void setmetrics_check(struct draft *draft)
{
    struct config_server *server = &draft->config->server;
    struct config_metrics *metrics = &server->metrics;
    for (size_t i = 0; i < server->listen_count && metrics->endpoint.length > 0; i++) {
        if (!is_same(&metrics->endpoint, &server->listen[i].endpoint))
            continue;
        findings_say(draft->said, SEVERITY_ERROR, metrics->place.file, metrics->place.line,
                     "metrics: %s is an address of `listen = %s`, where policies are served; "
                     "write another port",
                     metrics->text, server->listen[i].text);
        draft->refused = true;
        metrics->endpoint.length = 0;
    }
}
