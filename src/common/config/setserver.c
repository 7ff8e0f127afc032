/* SPDX-License-Identifier: ISC */
/* setserver: the keys of [server], one row a key, and their built-in values. */
#include "common/config/setserver.h"

#include <string.h>

#include "common/config/pattern.h"
#include "common/config/setmetrics.h"

#define USER_MAX 64

static int take_network(const struct setting_line *line, const char *item, struct error *why)
{
    struct config_networks *networks = setting_field(line);
    struct draft *draft = line->draft;
    struct network network;
    if (network_parse(&network, item, why) != 0)
        return -1;
    struct network *items =
        draft_grow(draft, &draft->config->arena, networks->items, networks->count, sizeof(*items));
    if (items == NULL)
        return 0;
    networks->items = items;
    items[networks->count++] = network;
    return 0;
}

static int read_networks(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_network, why);
}

static bool is_any_port(const struct network_endpoint *endpoint)
{
    return endpoint->address.any.sa_family == AF_INET ? endpoint->address.v4.sin_port == 0
                                                      : endpoint->address.v6.sin6_port == 0;
}

static int add_listen(struct draft *draft, struct config_listen listen, struct error *why)
{
    struct config_server *server = &draft->config->server;
    for (size_t i = 0; i < server->listen_count; i++) {
        if (!is_any_port(&listen.endpoint) &&
            network_endpoint_equal(&server->listen[i].endpoint, &listen.endpoint))
            return error_set(why, "%s is already part of `listen = %s` at line %u; write it once",
                             listen.text, server->listen[i].text, server->listen[i].place.line);
    }
    struct config_listen *items = draft_grow(draft, &draft->config->arena, server->listen,
                                             server->listen_count, sizeof(*items));
    if (items == NULL)
        return 0;
    server->listen = items;
    items[server->listen_count++] = listen;
    return 0;
}

static int take_listen(const struct setting_line *line, const char *item, struct error *why)
{
    struct network_endpoint endpoints[2];
    size_t count = 0;
    line->draft->config->server.listen_set = true;
    if (network_parse_listen(endpoints, &count, item, why) != 0)
        return -1;
    const char *text = draft_text(line->draft, item);
    for (size_t i = 0; i < count && text != NULL; i++) {
        struct config_listen listen = {
            .endpoint = endpoints[i], .text = text, .place = line->place};
        if (add_listen(line->draft, listen, why) != 0)
            return -1;
    }
    return 0;
}

static int read_listen(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_listen, why);
}

static int read_user(const struct setting_line *line, struct error *why)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_.-";
    size_t length = strlen(line->value);
    if (length > USER_MAX || strspn(line->value, allowed) != length)
        return error_set(why,
                         "\"%.100s\" is not a user; write a name such as _mta-stsd, or a number",
                         line->value);
    line->draft->config->server.user = draft_text(line->draft, line->value);
    line->draft->config->server.user_place = line->place;
    return 0;
}

static int add_path(const struct setting_line *line, struct draft_path **list, struct error *why)
{
    struct draft *draft = line->draft;
    struct draft_path *path = draft_alloc(draft, &draft->scratch, sizeof(*path));
    char *absolute = pattern_absolute(&draft->scratch, draft->directory, line->value, false);
    if (path == NULL || absolute == NULL) {
        draft->out_of_memory = true;
        return 0;
    }
    while (*list != NULL) {
        if (strcmp((*list)->path, absolute) == 0)
            return error_set(why, "%.200s is already set at line %u; write it once", line->value,
                             (*list)->place.line);
        list = &(*list)->next;
    }
    *path = (struct draft_path){.path = absolute, .place = line->place};
    *list = path;
    return 0;
}

static int read_include(const struct setting_line *line, struct error *why)
{
    return add_path(line, &line->draft->includes, why);
}

static int read_domains_file(const struct setting_line *line, struct error *why)
{
    return add_path(line, &line->draft->lists, why);
}

static int read_max_removed(const struct setting_line *line, struct error *why)
{
    struct config_server *server = &line->draft->config->server;
    size_t digits = strspn(line->value, "0123456789");
    bool is_percent = strcmp(line->value + digits, "%") == 0;
    if (digits == 0 || digits > 9 || (line->value[digits] != '\0' && !is_percent))
        return error_set(
            why,
            "\"%.100s\" is not a number of domains; write a percentage such as 10%%, or a number",
            line->value);

    unsigned value = 0;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (unsigned)(line->value[i] - '0');
    if (is_percent && value > 100)
        return error_set(why, "%.100s is more than all; write 0%% to 100%%", line->value);
    server->max_removed = value;
    server->max_removed_is_percent = is_percent;
    return 0;
}

/* Writes the number of the value among the three words to *out. */
static int read_word(unsigned *out, const char *const words[3], const struct setting_line *line,
                     struct error *why)
{
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(line->value, words[i]) == 0) {
            *out = i;
            return 0;
        }
    }
    return error_set(why, "\"%.100s\" is not a valid value; write %s, %s or %s", line->value,
                     words[0], words[1], words[2]);
}

static int read_access_log(const struct setting_line *line, struct error *why)
{
    static const char *const words[] = {
        [CONFIG_ACCESS_LOG_ON] = "on",
        [CONFIG_ACCESS_LOG_ERRORS] = "errors",
        [CONFIG_ACCESS_LOG_OFF] = "off",
    };
    unsigned number = 0;
    if (read_word(&number, words, line, why) != 0)
        return -1;
    line->draft->config->server.access_log = (enum config_access_log)number;
    return 0;
}

static int read_log_clients(const struct setting_line *line, struct error *why)
{
    static const char *const words[] = {
        [CONFIG_LOG_CLIENTS_FULL] = "full",
        [CONFIG_LOG_CLIENTS_NETWORK] = "network",
        [CONFIG_LOG_CLIENTS_NONE] = "none",
    };
    unsigned number = 0;
    if (read_word(&number, words, line, why) != 0)
        return -1;
    line->draft->config->server.log_clients = (enum config_log_clients)number;
    return 0;
}

static int take_read_path(const struct setting_line *line, const char *item, struct error *why)
{
    struct draft *draft = line->draft;
    struct config_paths *paths = &draft->config->server.read_path;
    (void)why;
    char *path = pattern_absolute(&draft->scratch, draft->directory, item, false);
    draft->out_of_memory = draft->out_of_memory || path == NULL;
    if (path != NULL)
        setting_append_text(line, &paths->items, &paths->count, path);
    return 0;
}

static int read_read_path(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_read_path, why);
}

static int read_on_off(const struct setting_line *line, bool *out, struct error *why)
{
    *out = strcmp(line->value, "on") == 0;
    if (!*out && strcmp(line->value, "off") != 0)
        return error_set(why, "\"%.100s\" is not a valid value; write on or off", line->value);
    return 0;
}

static int read_watch(const struct setting_line *line, struct error *why)
{
    return read_on_off(line, &line->draft->config->server.watch, why);
}

static int read_sandbox(const struct setting_line *line, struct error *why)
{
    return read_on_off(line, &line->draft->config->server.sandbox, why);
}

/* Whether it is the policy host of a domain can only be told at the end. */
static int read_default_host(const struct setting_line *line, struct error *why)
{
    struct hostname *host = &line->draft->config->server.default_host;
    if (hostname_parse(host, line->value, strlen(line->value), why) != 0)
        return -1;
    line->draft->default_host_place = line->place;
    return 0;
}

#define FIELD(name) offsetof(struct config, server.name)

const struct setting setserver_rows[] = {
    {"listen", true, read_listen, 0, 0, 0},
    {"user", false, read_user, 0, 0, 0},
    {"include", true, read_include, 0, 0, 0},
    {"domains_file", true, read_domains_file, 0, 0, 0},
    {"max_removed", false, read_max_removed, 0, 0, 0},
    {"limit_per_source", false, setting_number, FIELD(limit_per_source), 0, 1000000},
    {"limit_per_network", false, setting_number, FIELD(limit_per_network), 0, 1000000},
    {"handshakes_per_source", false, setting_number, FIELD(handshakes_per_source), 0, 1000000},
    {"handshakes_per_network", false, setting_number, FIELD(handshakes_per_network), 0, 1000000},
    {"limit_exempt", true, read_networks, FIELD(limit_exempt), 0, 0},
    {"proxy_from", true, read_networks, FIELD(proxy_from), 0, 0},
    {"access_log", false, read_access_log, 0, 0, 0},
    {"log_clients", false, read_log_clients, 0, 0, 0},
    {"metrics", false, setmetrics_read, 0, 0, 0},
    {"watch", false, read_watch, 0, 0, 0},
    {"read_path", true, read_read_path, 0, 0, 0},
    {"sandbox", false, read_sandbox, 0, 0, 0},
    {"default_host", false, read_default_host, 0, 0, 0},
    {"workers", false, setting_number, FIELD(workers), 0, 1024},
    {"max_connections", false, setting_number, FIELD(max_connections), 1, 10000000},
    {"idle_timeout", false, setting_number, FIELD(idle_timeout_s), 1, 3600},
    {"handshake_timeout", false, setting_number, FIELD(handshake_timeout_s), 1, 3600},
    {"request_timeout", false, setting_number, FIELD(request_timeout_s), 1, 3600},
    {"drain_timeout", false, setting_number, FIELD(drain_timeout_s), 0, 3600},
    {NULL, false, NULL, 0, 0, 0},
};

void setserver_begin(struct config_server *server)
{
    *server = (struct config_server){
        .max_removed = 10,
        .max_removed_is_percent = true,
        .limit_per_source = 64,
        .limit_per_network = 512,
        .handshakes_per_source = 200,
        .handshakes_per_network = 400,
        .access_log = CONFIG_ACCESS_LOG_ON,
        .sandbox = true,
        .max_connections = 10000,
        .idle_timeout_s = 5,
        .handshake_timeout_s = 10,
        .request_timeout_s = 10,
        .drain_timeout_s = 10,
    };
}

/* Takes a value as if it stood in the main file. */
static void take_built_in(struct draft *draft, const char *key, const char *value)
{
    const struct setting *row = setserver_rows;
    while (strcmp(row->key, key) != 0)
        row++;
    struct setting_line line = {.draft = draft,
                                .row = row,
                                .place = (struct config_place){.file = draft->defaults.file},
                                .value = value};
    row->read(&line, NULL);
}

void setserver_end(struct draft *draft)
{
    struct config_server *server = &draft->config->server;
    if (!server->listen_set) {
        take_built_in(draft, "listen", "443");
        server->listen_set = false;
    }
    setmetrics_check(draft);
    if (server->limit_exempt.count == 0)
        take_built_in(draft, "limit_exempt", "127.0.0.0/8, ::1");
}
