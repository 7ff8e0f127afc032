/* SPDX-License-Identifier: ISC */
/* test_exposition: the text of the metrics: each line of a form, the values of what was counted. */
#include "daemon/life/exposition.h"

#include <ctype.h>

#include "test.h"

#define NOW 1800000000
#define DAY 86400

/* The text, to be freed. */
static char *write_text(const struct exposition *what)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    exposition_write(out, what);
    fclose(out);
    return text;
}

/* Of counters of one worker, and no certificates. */
static char *text_of(struct counters *counters)
{
    const struct counters *workers[] = {counters};
    static const struct certreport none;
    return write_text(&(struct exposition){
        .workers = workers, .worker_count = 1, .certificates = &none, .now = NOW});
}

static void check_has(const char *text, const char *line)
{
    CHECK(strstr(text, line) != NULL, "lacks: %s", line);
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

/* "name{label="value",...} number" in printable ASCII, or "# HELP name ..." or "# TYPE name ...".
 */
static bool is_sample(const char *line, size_t length)
{
    size_t at = 0, quotes = 0;
    while (at < length && is_name_byte(line[at]))
        at++;
    if (at < 9 || strncmp(line, "mta_stsd_", 9) != 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        quotes += line[i] == '"' && line[i - 1] != '\\';
        if (line[i] < ' ' || line[i] > '~')
            return false;
    }
    const char *blank = memrchr(line, ' ', length);
    return (line[at] == '{' || line[at] == ' ') && quotes % 2 == 0 && blank != NULL &&
           isdigit((unsigned char)blank[1]);
}

static void each_line_has_its_form_and_each_metric_its_type_before_it(void)
{
    struct counters *counters = counters_open();
    char *text = text_of(counters);
    char type[128] = "";
    size_t samples = 0, length;
    for (const char *line = text; *line != '\0'; line += length + 1) {
        const char *end = strchr(line, '\n');
        CHECK(end != NULL, "the last line has no end");
        length = end != NULL ? (size_t)(end - line) : strlen(line) - 1;
        if (strncmp(line, "# TYPE mta_stsd_", 16) == 0)
            (void)sscanf(line, "# TYPE %127s", type);
        if (line[0] == '#')
            continue;
        samples++;
        CHECK(is_sample(line, length), "%.*s", (int)length, line);
        CHECK(strncmp(line, type, strlen(type)) == 0, "%.*s is under %s", (int)length, line, type);
    }
    CHECK(samples >= 140, "%zu", samples);
    free(text);
    counters_close(counters);
}

static void the_workers_are_added_up(void)
{
    struct counters *one = counters_open(), *other = counters_open();
    const struct counters *workers[] = {one, other};
    static const struct certreport none;
    counters_add(&one->accepted, 3);
    counters_add(&other->accepted, 4);
    counters_add(&one->fetches[counters_status_index(200)][0], 5);
    counters_add(&other->fetches[counters_status_index(200)][0], 6);
    counters_add(&other->fetches[counters_status_index(299)][SENDER_AGENT_OTHER], 1);
    counters_add(&one->refusals[COUNTERS_FULL], 2);
    counters_add(&one->handshakes[1][COUNTERS_CHALLENGE], 1);
    counters_add(&other->handshakes[2][COUNTERS_CHALLENGE], 1);
    char *text = write_text(&(struct exposition){.workers = workers,
                                                 .worker_count = 2,
                                                 .certificates = &none,
                                                 .log = {.lost = 7, .left_out = 8},
                                                 .domains = 9,
                                                 .broken = 1,
                                                 .reloads = 2,
                                                 .refused_reloads = 3,
                                                 .last_reload = NOW - 5,
                                                 .is_last_good = true});
    static const char *const lines[] = {
        "\nmta_stsd_connections_accepted_total 7\n",
        "\nmta_stsd_fetches_total{status=\"200\",claimed_sender=\"Google\"} 11\n",
        "\nmta_stsd_fetches_total{status=\"0\",claimed_sender=\"other\"} 1\n",
        "\nmta_stsd_connections_refused_total{reason=\"all_in_use\"} 2\n",
        "\nmta_stsd_handshakes_total{version=\"1.2\",outcome=\"challenge\"} 1\n",
        "\nmta_stsd_challenges_total 2\n",
        "\nmta_stsd_log_lines_dropped_total{cause=\"unread\"} 7\n",
        "\nmta_stsd_log_lines_dropped_total{cause=\"limited\"} 8\n",
        "\nmta_stsd_domains{state=\"served\"} 9\n",
        "\nmta_stsd_domains{state=\"errors\"} 1\n",
        "\nmta_stsd_reloads_total{outcome=\"success\"} 2\n",
        "\nmta_stsd_reloads_total{outcome=\"refused\"} 3\n",
        "\nmta_stsd_last_reload_successful 1\n",
        "\nmta_stsd_last_successful_reload_timestamp_seconds 1799999995\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        check_has(text, lines[i]);
    free(text);
    counters_close(one);
    counters_close(other);
}

static void the_histogram_counts_up_to_all(void)
{
    struct counters *counters = counters_open();
    counters_time(counters, 0);
    counters_time(counters, counters_bounds_us[0]);
    counters_time(counters, counters_bounds_us[1]);
    counters_time(counters, counters_bounds_us[COUNTERS_BUCKETS - 1] + 1);
    char *text = text_of(counters), line[160];
    uint64_t below[] = {2, 3, 3};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(line, sizeof(line),
                       "\nmta_stsd_handshake_duration_seconds_bucket{le=\"%g\"} %u\n",
                       (double)counters_bounds_us[i] / 1e6, (unsigned)below[i]);
        check_has(text, line);
    }
    check_has(text, "\nmta_stsd_handshake_duration_seconds_bucket{le=\"+Inf\"} 4\n");
    check_has(text, "\nmta_stsd_handshake_duration_seconds_count 4\n");
    int64_t all = counters_bounds_us[0] + counters_bounds_us[1] +
                  counters_bounds_us[COUNTERS_BUCKETS - 1] + 1;
    (void)snprintf(line, sizeof(line), "\nmta_stsd_handshake_duration_seconds_sum %.6f\n",
                   (double)all / 1e6);
    check_has(text, line);
    free(text);
    counters_close(counters);
}

static void certificates_are_counted_by_age_and_the_worst_are_named(void)
{
    struct counters *counters = counters_open();
    const struct counters *workers[] = {counters};
    struct certreport_row rows[CERTREPORT_WORST + 5];
    char names[CERTREPORT_WORST + 5][32];
    const struct certreport report = {rows, CERTREPORT_WORST + 5};
    static const int64_t left[] = {-5, 0, 1, DAY, DAY + 1, 7 * DAY, 30 * DAY, 31 * DAY};
    for (size_t i = 0; i < report.count; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "/etc/c%zu.pem", i);
        rows[i] = (struct certreport_row){.not_before = NOW - 6 * DAY,
                                          .not_after = NOW + (i < 8 ? left[i] : 90 * DAY),
                                          .path = names[i]};
    }
    (void)snprintf(names[0], sizeof(names[0]), "/a\"b\\c\n\x1b[1m\x9b{}");
    char *text = write_text(&(struct exposition){
        .workers = workers, .worker_count = 1, .certificates = &report, .now = NOW});
    check_has(text, "\nmta_stsd_certificates{left=\"expired\"} 2\n");
    check_has(text, "\nmta_stsd_certificates{left=\"1d\"} 2\n");
    check_has(text, "\nmta_stsd_certificates{left=\"7d\"} 2\n");
    check_has(text, "\nmta_stsd_certificates{left=\"30d\"} 1\n");
    check_has(text, "\nmta_stsd_certificates{left=\"more\"} 18\n");
    check_has(text,
              "\nmta_stsd_certificate_expiry_timestamp_seconds{path=\"/a\\\"b\\\\c\?\?[1m?{}\"} "
              "1799999995\n");
    check_has(text, "\nmta_stsd_certificate_lifetime_seconds{path=\"/etc/c5.pem\"} 1123200\n");
    check_has(text, "{path=\"/etc/c19.pem\"}");
    CHECK(strstr(text, "/etc/c20.pem") == NULL);
    free(text);
    counters_close(counters);
}

static const struct test tests[] = {
    TEST(each_line_has_its_form_and_each_metric_its_type_before_it),
    TEST(the_workers_are_added_up),
    TEST(the_histogram_counts_up_to_all),
    TEST(certificates_are_counted_by_age_and_the_worst_are_named),
};

TEST_MAIN(tests)
