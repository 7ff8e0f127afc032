/* SPDX-License-Identifier: ISC */
/* exposition: the metrics as text, in Prometheus's format 0.0.4. Pure but for reading counters. */
#include "daemon/life/exposition.h"

#include <inttypes.h>

#define DAY 86400

static void head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP mta_stsd_%s %s\n# TYPE mta_stsd_%s %s\n", name, help, name, type);
}

static void plain(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
    head(out, name, type, help);
    fprintf(out, "mta_stsd_%s %" PRIu64 "\n", name, value);
}

/* Of a counter that stands at the offset in each worker's. */
static uint64_t sum(const struct exposition *what, size_t offset)
{
    uint64_t total = 0;
    for (size_t i = 0; i < what->worker_count; i++) {
        const char *base = (const char *)what->workers[i];
        total += atomic_load_explicit((const counter *)(const void *)(base + offset),
                                      memory_order_relaxed);
    }
    return total;
}

#define SUM(member) sum(what, offsetof(struct counters, member))

static void write_fetches(FILE *out, const struct exposition *what)
{
    head(out, "fetches_total", "counter",
         "Requests, by the answer's status (0: none was sent, or another) and by the sender that "
         "the "
         "User-Agent claims.");
    for (size_t status = 0; status < COUNTERS_STATUSES; status++)
        for (size_t family = 0; family < SENDER_AGENT_FAMILIES; family++)
            fprintf(out,
                    "mta_stsd_fetches_total{status=\"%u\",claimed_sender=\"%s\"} %" PRIu64 "\n",
                    counters_status(status), sender_agent_name(family),
                    sum(what, offsetof(struct counters, fetches) +
                                  (status * SENDER_AGENT_FAMILIES + family) * sizeof(counter)));
}

static void write_handshakes(FILE *out, const struct exposition *what)
{
    static const char *const versions[COUNTERS_VERSIONS] = {"none", "1.2", "1.3"};
    static const char *const outcomes[COUNTERS_HANDSHAKES] = {
        [COUNTERS_DONE] = "done",
        [COUNTERS_CHALLENGE] = "challenge",
        [COUNTERS_UNKNOWN_HOST] = "unknown_host",
        [COUNTERS_NO_CERTIFICATE] = "no_certificate",
        [COUNTERS_CLIENT_ALERT] = "client_alert",
        [COUNTERS_FLOODED] = "flooded",
        [COUNTERS_FAILED] = "failed",
        [COUNTERS_ABANDONED] = "abandoned",
    };
    head(out, "handshakes_total", "counter",
         "TLS handshakes that ended, by the version that was agreed on and by how they ended.");
    for (size_t version = 0; version < COUNTERS_VERSIONS; version++)
        for (size_t outcome = 0; outcome < COUNTERS_HANDSHAKES; outcome++)
            fprintf(out, "mta_stsd_handshakes_total{version=\"%s\",outcome=\"%s\"} %" PRIu64 "\n",
                    versions[version], outcomes[outcome],
                    sum(what, offsetof(struct counters, handshakes) +
                                  (version * COUNTERS_HANDSHAKES + outcome) * sizeof(counter)));
}

static void write_durations(FILE *out, const struct exposition *what)
{
    uint64_t below = 0;
    head(out, "handshake_duration_seconds", "histogram",
         "How long handshakes took that succeeded, from the client's first byte on.");
    for (size_t i = 0; i <= COUNTERS_BUCKETS; i++) {
        below += sum(what, offsetof(struct counters, durations) + i * sizeof(counter));
        fputs("mta_stsd_handshake_duration_seconds_bucket{le=\"", out);
        if (i < COUNTERS_BUCKETS)
            fprintf(out, "%g", (double)counters_bounds_us[i] / 1e6);
        else
            fputs("+Inf", out);
        fprintf(out, "\"} %" PRIu64 "\n", below);
    }
    fprintf(out,
            "mta_stsd_handshake_duration_seconds_sum %.6f\n"
            "mta_stsd_handshake_duration_seconds_count %" PRIu64 "\n",
            (double)SUM(duration_sum_us) / 1e6, below);
}

static void write_connections(FILE *out, const struct exposition *what)
{
    static const char *const causes[COUNTERS_REFUSALS] = {
        [COUNTERS_SOURCE_CONNECTIONS] = "source_connections",
        [COUNTERS_NETWORK_CONNECTIONS] = "network_connections",
        [COUNTERS_SOURCE_HANDSHAKES] = "source_handshakes",
        [COUNTERS_NETWORK_HANDSHAKES] = "network_handshakes",
        [COUNTERS_FULL] = "all_in_use",
        [COUNTERS_NO_PROXY_HEADER] = "no_proxy_header",
        [COUNTERS_NO_MEMORY] = "no_memory",
    };
    plain(out, "connections", "gauge", "Open connections.", SUM(connections));
    plain(out, "connections_accepted_total", "counter", "Connections that were accepted.",
          SUM(accepted));
    head(out, "connections_refused_total", "counter",
         "Connections that were closed before a handshake, by the limit that was reached.");
    for (size_t i = 0; i < COUNTERS_REFUSALS; i++)
        fprintf(out, "mta_stsd_connections_refused_total{reason=\"%s\"} %" PRIu64 "\n", causes[i],
                sum(what, offsetof(struct counters, refusals) + i * sizeof(counter)));
    plain(out, "connections_displaced_total", "counter",
          "Connections that were closed to make room for others.", SUM(displaced));
}

/* Paths are the administrator's, and may have any byte. */
static void write_label(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            fputc('\\', out);
        fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
    }
}

static void write_ages(FILE *out, const struct exposition *what)
{
    static const struct {
        int64_t days;
        const char *left;
    } ages[] = {{0, "expired"}, {1, "1d"}, {7, "7d"}, {30, "30d"}, {100000, "more"}};
    head(out, "certificates", "gauge",
         "Certificates in memory, by how long they are valid: not any more, at most so many days, "
         "or "
         "more.");
    size_t at = 0;
    for (size_t age = 0; age < sizeof(ages) / sizeof(ages[0]); age++) {
        uint64_t count = 0;
        for (; at < what->certificates->count &&
               what->certificates->rows[at].not_after - what->now <= ages[age].days * DAY;
             at++)
            count++;
        fprintf(out, "mta_stsd_certificates{left=\"%s\"} %" PRIu64 "\n", ages[age].left, count);
    }
}

static void write_row(FILE *out, const char *name, const char *path, int64_t value)
{
    fprintf(out, "mta_stsd_%s{path=\"", name);
    write_label(out, path);
    fprintf(out, "\"} %" PRId64 "\n", value);
}

/* Both by path, so that a rule can tell of a share of the lifetime. */
static void write_worst(FILE *out, const struct exposition *what)
{
    static const char expiry[] = "certificate_expiry_timestamp_seconds";
    static const char lifetime[] = "certificate_lifetime_seconds";
    const struct certreport_row *rows = what->certificates->rows;
    size_t count = what->certificates->count;
    if (count > CERTREPORT_WORST)
        count = CERTREPORT_WORST;
    head(out, expiry, "gauge",
         "When the certificates in memory expire that expire first, at most 20 of them.");
    for (size_t i = 0; i < count; i++)
        write_row(out, expiry, rows[i].path, rows[i].not_after);
    head(out, lifetime, "gauge", "How long these are valid, from the first second to the last.");
    for (size_t i = 0; i < count; i++)
        write_row(out, lifetime, rows[i].path, rows[i].not_after - rows[i].not_before);
}

static void write_certificates(FILE *out, const struct exposition *what)
{
    write_ages(out, what);
    write_worst(out, what);
    head(out, "certificate_lookups_total", "counter",
         "Handshakes that looked for a certificate: in memory (hit), or not yet, or none there is "
         "(miss).");
    fprintf(out, "mta_stsd_certificate_lookups_total{result=\"hit\"} %" PRIu64 "\n", SUM(hits));
    fprintf(out, "mta_stsd_certificate_lookups_total{result=\"miss\"} %" PRIu64 "\n", SUM(misses));
    plain(out, "certificate_evictions_total", "counter",
          "Certificates that left memory to make room for others.", SUM(evictions));
    plain(out, "certificate_renewals_total", "counter",
          "Renewed certificates that were taken into use, by each worker.", SUM(renewals));
}

static void write_loads(FILE *out, const struct exposition *what)
{
    head(out, "domains", "gauge", "Domains that are served, and those that have errors.");
    fprintf(out, "mta_stsd_domains{state=\"served\"} %" PRIu64 "\n", what->domains);
    fprintf(out, "mta_stsd_domains{state=\"errors\"} %" PRIu64 "\n", what->broken);
    head(out, "reloads_total", "counter", "Reloads of the configuration, by outcome.");
    fprintf(out, "mta_stsd_reloads_total{outcome=\"success\"} %" PRIu64 "\n", what->reloads);
    fprintf(out, "mta_stsd_reloads_total{outcome=\"refused\"} %" PRIu64 "\n",
            what->refused_reloads);
    plain(out, "last_reload_successful", "gauge",
          "Whether the last reload, or the start, succeeded.", what->is_last_good);
    plain(out, "last_successful_reload_timestamp_seconds", "gauge",
          "When the configuration in use was loaded.", (uint64_t)what->last_reload);
    plain(out, "start_timestamp_seconds", "gauge", "When the server started.",
          (uint64_t)what->started);
}

void exposition_write(FILE *out, const struct exposition *what)
{
    head(out, "build_info", "gauge", "Always 1; its label has the version.");
    fprintf(out, "mta_stsd_build_info{version=\"%s\",compiler=\"%s\"} 1\n", PACKAGE_VERSION,
#ifdef __clang__
            "clang"
#else
            "gcc"
#endif
    );
    write_fetches(out, what);
    write_handshakes(out, what);
    write_durations(out, what);
    write_connections(out, what);
    write_certificates(out, what);
    plain(out, "challenges_total", "counter", "TLS-ALPN-01 challenges that were answered.",
          SUM(handshakes[1][COUNTERS_CHALLENGE]) + SUM(handshakes[2][COUNTERS_CHALLENGE]) +
              SUM(handshakes[0][COUNTERS_CHALLENGE]));
    write_loads(out, what);
    head(out, "log_lines_dropped_total", "counter",
         "Lines that were not logged: nobody read the log, or too many a second of their kind.");
    fprintf(out, "mta_stsd_log_lines_dropped_total{cause=\"unread\"} %" PRIu64 "\n",
            what->log.lost);
    fprintf(out, "mta_stsd_log_lines_dropped_total{cause=\"limited\"} %" PRIu64 "\n",
            what->log.left_out);
}
