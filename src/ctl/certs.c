/* SPDX-License-Identifier: ISC */
/* certs: the verb that lists the certificates, says what is due, and has it renewed. */
#include "certs.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "complaint.h"
#include "config.h"
#include "inventory.h"
#include "print.h"

#define DEFAULT_CONFIG SYSCONFDIR "/mta-stsd/mta-stsd.ini"
#define ERROR_MAX      512 /* bytes of a sentence shown in a column */

enum { EXIT_FINE, EXIT_FOUND, EXIT_FAILED };
enum { OPTION_JSON = 256 };

static const char help[] =
    "Usage: mta-stsctl certs [-c FILE] [--json] [DOMAIN]\n"
    "Lists the certificate of each policy host: issuer, key, time left, whether it covers the\n"
    "host, and whether mta-stsctl orders it.\n"
    "\n"
    "  -c, --config FILE   the configuration of mta-stsd (default: " DEFAULT_CONFIG ")\n"
    "      --json          write JSON\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 all is well, 1 something was found or failed, 2 usage or failure to run.\n"
    "See mta-stsctl(1).\n";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct order {
    const char *config_path;
    const char *only; /* a domain or host; NULL: all */
    bool json;
};

static const char *health_name(enum due_health health)
{
    switch (health) {
    case DUE_FINE:
        return "fine";
    case DUE_WARNING:
        return "warning";
    case DUE_ERROR:
        return "error";
    }
    return "";
}

static enum print_tone tone_of(enum due_health health)
{
    switch (health) {
    case DUE_FINE:
        return PRINT_PLAIN;
    case DUE_WARNING:
        return PRINT_WARNING;
    case DUE_ERROR:
        return PRINT_ERROR;
    }
    return PRINT_PLAIN;
}

static int write_columns(const struct inventory *inventory, int64_t now)
{
    static const char *const titles[] = {"HOST",   "LEFT",    "KEY",    "ISSUER",
                                         "COVERS", "MANAGED", "FINDING"};
    struct print_table table = {.columns = 7};
    int result = print_table_add(&table, PRINT_PLAIN, titles);
    for (size_t i = 0; i < inventory->count && result == 0; i++) {
        const struct inventory_item *item = &inventory->items[i];
        char span[PRINT_TEXT_MAX] = "-";
        char finding[ERROR_MAX] = "";
        if (item->loaded && item->not_after > now)
            print_span(item->not_after - now, span);
        else if (item->loaded)
            snprintf(span, sizeof(span), "expired");
        if (item->finding != NULL)
            snprintf(finding, sizeof(finding), "%s: %s", health_name(item->health), item->finding);
        result =
            print_table_add(&table, tone_of(item->health),
                            (const char *[]){item->host.text, span, item->loaded ? item->key : "-",
                                             item->loaded ? item->issuer : "-",
                                             !item->loaded  ? "-"
                                             : item->covers ? "yes"
                                                            : "no",
                                             item->managed ? "yes" : "no", finding});
    }
    if (result == 0)
        print_table_write(&table);
    print_table_free(&table);
    return result;
}

static json_t *item_json(const struct inventory_item *item, int64_t now)
{
    json_t *out = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s?}", "domain", item->domain, "host",
                            item->host.text, "file", item->path, "managed", (int)item->managed,
                            "health", health_name(item->health), "finding", item->finding);
    if (out == NULL || !item->loaded)
        return out;
    json_t *more = json_pack("{s:s, s:s, s:b, s:I, s:I, s:I}", "issuer", item->issuer, "key",
                             item->key, "covers", (int)item->covers, "not_before",
                             (json_int_t)item->not_before, "not_after", (json_int_t)item->not_after,
                             "seconds_left", (json_int_t)(item->not_after - now));
    int result = more == NULL ? -1 : json_object_update(out, more);
    json_decref(more);
    if (result == 0)
        return out;
    json_decref(out);
    return NULL;
}

static int write_json(const struct inventory *inventory, int64_t now)
{
    json_t *list = json_array();
    for (size_t i = 0; i < inventory->count && list != NULL; i++) {
        if (json_array_append_new(list, item_json(&inventory->items[i], now)) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return print_json(json_pack("{s:o, s:I, s:I}", "certificates", list, "errors",
                                (json_int_t)inventory->errors, "warnings",
                                (json_int_t)inventory->warnings));
}

static int fail(const char *text)
{
    fprintf(stderr, "mta-stsctl: %s\n", text);
    return EXIT_FAILED;
}

static int list(const struct config *config, const struct order *order)
{
    struct inventory inventory;
    struct error why;
    int64_t now = (int64_t)time(NULL);
    if (inventory_load(&inventory, config, order->only, now, &why) != 0)
        return fail(why.text);
    int status = inventory.errors + inventory.warnings > 0 ? EXIT_FOUND : EXIT_FINE;
    int result = order->json ? write_json(&inventory, now) : write_columns(&inventory, now);
    if (result != 0)
        status = fail("the list cannot be written");
    inventory_free(&inventory);
    return status;
}

static bool has_domain(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        struct hostname host;
        snprintf(host.text, sizeof(host.text), "mta-sts.%s", config->domains[i].name);
        if (strcmp(name, config->domains[i].name) == 0 || strcmp(name, host.text) == 0)
            return !config->domains[i].broken;
    }
    return false;
}

static int act(const struct config *config, const struct order *order)
{
    if (config->broken_count > 0)
        fprintf(stderr,
                "mta-stsctl: %zu domain%s with errors left out; `mta-stsd --check` says which\n",
                config->broken_count, config->broken_count == 1 ? "" : "s");
    if (order->only != NULL && !has_domain(config, order->only)) {
        fprintf(stderr,
                "mta-stsctl: %s is not configured, or has errors; `mta-stsd --check` says more\n",
                order->only);
        return EXIT_FAILED;
    }
    return list(config, order);
}

static void say(const struct complaint *item)
{
    if (item->severity != COMPLAINT_ERROR)
        return;
    if (item->line != 0)
        fprintf(stderr, "%s:%u: error: %s\n", item->file, item->line, item->text);
    else
        fprintf(stderr, "%s: error: %s\n", item->file, item->text);
}

static int load_and_act(const struct order *order)
{
    struct complaints said = {0};
    struct config *config = NULL;
    int status = EXIT_FAILED;
    if (config_load(&config, order->config_path, &said) == 0) {
        status = act(config, order);
    } else {
        for (size_t i = 0; i < said.count; i++)
            say(&said.items[i]);
    }
    complaints_free(&said);
    config_free(config);
    return status;
}

int certs_run(int argc, char **argv)
{
    struct order order = {.config_path = DEFAULT_CONFIG};
    int option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            order.config_path = optarg;
            break;
        case OPTION_JSON:
            order.json = true;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_FINE;
        default:
            fputs("Try 'mta-stsctl certs --help'.\n", stderr);
            return EXIT_FAILED;
        }
    }
    if (argc - optind > 1)
        return fail("certs: one domain at most; try 'mta-stsctl certs --help'");
    order.only = argv[optind];
    return load_and_act(&order);
}
