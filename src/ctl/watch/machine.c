/* SPDX-License-Identifier: ISC */
/* machine: whether what a run could not see is the fault of this machine's resolver or network. */
#include "ctl/watch/machine.h"

#include <stdarg.h>
#include <stdio.h>

static void say(struct sightings *seen, const char *where, enum severity severity,
                const char *advice, const char *format, ...) __attribute__((format(printf, 5, 6)));

static void say(struct sightings *seen, const char *where, enum severity severity,
                const char *advice, const char *format, ...)
{
    char problem[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem, sizeof(problem), format, arguments);
    va_end(arguments);
    const struct drift drift = {
        .kind = DRIFT_MACHINE,
        .severity = severity,
        .passes = true,
        .domain = "*",
        .where = where,
        .rule = "M1",
        .problem = problem,
        .advice = advice,
    };
    sightings_add(seen, &drift, "*");
}

static void judge_dns(struct machine *out, struct sightings *seen)
{
    size_t dark = 0;
    for (size_t i = 0; i < seen->domain_count; i++)
        dark += seen->domains[i].is_dark;
    out->no_dns = dark > 0 && dark * 2 > seen->domain_count;
    if (out->no_dns)
        say(seen, "resolver", SEVERITY_ERROR,
            "see whether the resolver of this machine works, or else the name servers of the "
            "domains",
            "DNS does not answer for %zu of %zu domains, so nothing is concluded about them", dark,
            seen->domain_count);
}

/* Addresses that were tried, with and without a connection. */
struct tried {
    size_t all, connected, refused;
};

static struct tried count_tried(const struct sightings *seen, bool mx)
{
    struct tried out = {0};
    for (size_t i = 0; i < seen->place_count; i++) {
        const struct sightings_place *place = &seen->places[i];
        if ((place->mx != NULL) != mx || place->address[0] == '\0')
            continue;
        out.all++;
        out.connected += place->connected;
        out.refused += place->refused;
    }
    return out;
}

static void judge_network(struct machine *out, struct sightings *seen)
{
    struct tried web = count_tried(seen, false);
    struct tried mail = count_tried(seen, true);
    size_t all = web.all + mail.all;
    out->no_network = all >= MACHINE_PLACES && web.connected + mail.connected == 0 &&
                      web.refused + mail.refused == 0;
    out->no_smtp = !out->no_network && mail.all >= MACHINE_PLACES && mail.connected == 0;
    if (out->no_network)
        say(seen, "network", SEVERITY_ERROR, "see whether this machine reaches the Internet",
            "none of the %zu addresses of policy hosts and MX hosts can be connected to, so "
            "nothing is concluded about them",
            all);
    if (out->no_smtp)
        say(seen, "SMTP", SEVERITY_WARNING,
            "see whether port 25 is open from here; many networks close it",
            "none of the %zu addresses of MX hosts can be connected to, so nothing is concluded "
            "about them",
            mail.all);
}

void machine_judge(struct machine *out, struct sightings *seen)
{
    *out = (struct machine){.no_ipv6 = seen->route_less > 0};
    judge_dns(out, seen);
    judge_network(out, seen);
    if (out->no_ipv6)
        say(seen, "IPv6", SEVERITY_WARNING, "run the watch where there is IPv6, too",
            "this machine has no route to IPv6 addresses, so they are not watched");
}

bool machine_excuses(const struct machine *machine, const struct drift *drift)
{
    switch (drift->ground) {
    case DRIFT_SEEN:
        break;
    case DRIFT_NO_ANSWER:
        return machine->no_dns;
    case DRIFT_NO_CONNECTION:
        return machine->no_network;
    case DRIFT_NO_SMTP:
        return machine->no_network || machine->no_smtp;
    }
    return false;
}

unsigned machine_unknown(const struct machine *machine)
{
    unsigned hosts = 1u << DRIFT_POLICY_HOST | 1u << DRIFT_CERTIFICATE | 1u << DRIFT_POLICY |
                     1u << DRIFT_ID | 1u << DRIFT_POLICY_MX | 1u << DRIFT_ADDRESSES;
    unsigned unknown = 0;
    if (machine->no_network)
        unknown |= hosts | 1u << DRIFT_MX;
    if (machine->no_smtp)
        unknown |= 1u << DRIFT_MX;
    return unknown;
}
