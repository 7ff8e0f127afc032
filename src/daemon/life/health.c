/* SPDX-License-Identifier: ISC */
/* health: whether the server that this configuration describes answers here, for --health. */
#include "daemon/life/health.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/finding.h"
#include "common/base/moment.h"
#include "common/base/printable.h"
#include "common/config/config_load.h"
#include "common/name/hostname.h"
#include "daemon/life/health_visit.h"

#define BOUND_MS 4000

/* The configuration without its lists, which may be very long; or if it is refused, since the old
 * one serves on then, what the main file has by itself. NULL: that cannot be read. */
static struct config *load(const char *path)
{
    const struct config_list no_list = {.name = path, .bytes = ""};
    struct findings said = {0};
    struct config *config = NULL;
    struct config_source source = {.path = path, .list = &no_list};
    if (config_load(&config, &source, &said) != 0) {
        source.scope = CONFIG_SCOPE_MAIN;
        (void)config_load(&config, &source, &said);
    }
    findings_free(&said);
    return config;
}

/* The first policy host that the server serves; NULL: none is known. */
static const char *choose_host(const struct config *config, struct hostname *out)
{
    struct hostname domain;
    for (size_t i = 0; i < config->domain_count; i++) {
        const char *name = config->domains[i].name;
        if (!config->domains[i].broken && hostname_parse(&domain, name, strlen(name), NULL) == 0 &&
            hostname_policy_host(out, &domain, NULL) == 0)
            return out->text;
    }
    return NULL;
}

/* Where a client on this machine reaches the socket. */
static struct network_endpoint reachable(const struct network_endpoint *listened)
{
    struct network_endpoint endpoint = *listened;
    if (endpoint.address.any.sa_family == AF_INET6) {
        if (IN6_IS_ADDR_UNSPECIFIED(&endpoint.address.v6.sin6_addr))
            endpoint.address.v6.sin6_addr = in6addr_loopback;
    } else if (endpoint.address.v4.sin_addr.s_addr == htonl(INADDR_ANY)) {
        endpoint.address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    return endpoint;
}

static int say(enum health_ending ending, const char *place, const char *host, const char *why)
{
    switch (ending) {
    case HEALTH_ENDING_SERVED:
        printable_say(stdout, "healthy: %s serves the policy of %s", place,
                      host != NULL ? host : "default_host");
        return 0;
    case HEALTH_ENDING_ALERT:
        if (host != NULL)
            printable_say(stdout,
                          "healthy: %s answers TLS, but refuses %s; the server's log says why",
                          place, host);
        else
            printable_say(stdout, "healthy: %s answers TLS", place);
        return 0;
    case HEALTH_ENDING_UNREACHED:
    case HEALTH_ENDING_SICK:
        break;
    }
    printable_say(stdout, "unhealthy: %s: %s", place, why);
    return 1;
}

/* A socket that one line lacks (IPv6, or one of a reload that was refused) is not missed as long as
 * another one answers; one that takes connections and does not answer is enough. */
static int ask(const struct config_server *server, const char *host)
{
    struct health_visit visit = {.proxy_from = &server->proxy_from, .host = host};
    enum health_ending ending = HEALTH_ENDING_UNREACHED;
    char place[NETWORK_TEXT_MAX] = "";
    struct error why = {.text = ""};
    visit.deadline_ms = moment_steady_ms() + BOUND_MS;
    for (size_t i = 0; i < server->listen_count && ending == HEALTH_ENDING_UNREACHED; i++) {
        struct network_endpoint endpoint = reachable(&server->listen[i].endpoint);
        if (endpoint.address.v4.sin_port == 0)
            continue;
        network_endpoint_text(&endpoint, place);
        visit.endpoint = &endpoint;
        ending = health_visit(&visit, &why);
    }
    if (place[0] == '\0') {
        puts("unhealthy: `listen` has port 0 only, which means any port; write a fixed one");
        return 1;
    }
    return say(ending, place, host, why.text);
}

int health_run(const char *config_path)
{
    struct hostname host = {0};
    struct config *config = load(config_path);
    if (config == NULL) {
        printable_say(stdout, "unhealthy: %s cannot be read, so the address to ask is unknown",
                      config_path);
        return 1;
    }
    int status = ask(&config->server, choose_host(config, &host));
    config_free(config);
    return status;
}
