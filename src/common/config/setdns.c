/* SPDX-License-Identifier: ISC */
/* setdns: the keys of [dns], one row a key. */
#include "common/config/setdns.h"

#include <string.h>
#include <strings.h>

#include "common/config/pattern.h"
#include "common/name/hostname.h"

/* RFC 8460 section 3: mailto: or https:, and no raw ! or comma in it. */
static int take_rua(const struct setting_line *line, const char *item, struct error *why)
{
    struct config_dns *dns = &line->draft->config->dns;
    bool is_mail = strncasecmp(item, "mailto:", strlen("mailto:")) == 0;
    if (setting_check_prefix(item, is_mail ? "mailto:" : "https://", NULL) != 0)
        return error_set(why,
                         "\"%.200s\" cannot receive reports; write mailto:tlsrpt@example.net, or "
                         "an address that begins with https://",
                         item);
    if (is_mail && strchr(item, '@') == NULL)
        return error_set(why, "\"%.200s\" has no @; write one such as mailto:tlsrpt@example.net",
                         item);
    if (strpbrk(item, "!;") != NULL)
        return error_set(why, "\"%.200s\" holds `!` or `;`; write %%21 or %%3B", item);
    setting_append_text(line, &dns->rua, &dns->rua_count, item);
    return 0;
}

static int read_rua(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_rua, why);
}

static int take_address(const struct setting_line *line, const char *item, struct error *why)
{
    struct draft *draft = line->draft;
    struct config_dns *dns = &draft->config->dns;
    struct network network;
    if (strchr(item, '/') != NULL || network_parse(&network, item, NULL) != 0)
        return error_set(
            why, "\"%.100s\" is not an address; write one such as 192.0.2.1 or 2001:db8::1", item);
    struct network_address *items = draft_grow(draft, &draft->config->arena, dns->addresses,
                                               dns->address_count, sizeof(*items));
    if (items == NULL)
        return 0;
    dns->addresses = items;
    if (dns->address_count == 0)
        dns->host_place = line->place;
    items[dns->address_count++] = network.base;
    return 0;
}

static int read_address(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_address, why);
}

static int read_cname(const struct setting_line *line, struct error *why)
{
    struct hostname host;
    if (hostname_parse(&host, line->value, strlen(line->value), why) != 0)
        return -1;
    line->draft->config->dns.cname = draft_text(line->draft, host.text);
    if (line->draft->config->dns.address_count == 0)
        line->draft->config->dns.host_place = line->place;
    return 0;
}

/* A name in DNS, which unlike a host's may have underscores, with %d in it. */
static int read_target(const struct setting_line *line, struct error *why)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_.-%";
    size_t length = strlen(line->value);
    if (pattern_check(line->value, why) != 0)
        return -1;
    if (strstr(line->value, "%d") == NULL || strstr(line->value, "%%") != NULL ||
        strspn(line->value, allowed) != length || line->value[0] == '.' ||
        line->value[length - 1] == '.' || strstr(line->value, "..") != NULL)
        return error_set(why,
                         "\"%.200s\" is not a pattern of names; write %%d in place of the domain, "
                         "as in %%d._mta-sts.provider.example",
                         line->value);
    line->draft->config->dns.target = draft_text(line->draft, line->value);
    return 0;
}

const struct setting setdns_rows[] = {
    {"rua", true, read_rua, 0, 0, 0},      {"address", true, read_address, 0, 0, 0},
    {"cname", false, read_cname, 0, 0, 0}, {"target", false, read_target, 0, 0, 0},
    {NULL, false, NULL, 0, 0, 0},
};
