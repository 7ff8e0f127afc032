/* SPDX-License-Identifier: ISC */
/* test_digest: what runs tell, of what they and the runs before them saw. */
#include "ctl/watch/digest.h"

#include <unistd.h>

#include "ctl/watch/digest_json.h"
#include "ctl/watch/digest_metrics.h"
#include "ctl/watch/digest_text.h"

#include "test.h"

#define NOW INT64_C(1800000000)

/* Runs one after the other, in memory. */
struct runs {
    struct told told;
    struct sightings seen;
    struct digest digest;
    int64_t now;
    bool all;
};

static void begin(struct runs *runs)
{
    *runs = (struct runs){.now = NOW, .all = true};
    struct error why;
    CHECK(told_load(&runs->told, "/nowhere", &why) == 0, "%s", why.text);
}

static bool is_broken(void *context, const char *domain)
{
    (void)context;
    return strcmp(domain, "broken.example") == 0;
}

/* Ends a run. */
static const struct digest *digest(struct runs *runs)
{
    const struct digest_params params = {runs->now++, runs->all, is_broken, NULL};
    digest_free(&runs->digest);
    json_object_clear(runs->told.seen);
    CHECK(digest_make(&runs->digest, &runs->seen, &runs->told, &params) == 0);
    return &runs->digest;
}

/* The next one sees nothing yet. */
static void forget(struct runs *runs)
{
    digest_free(&runs->digest);
    sightings_free(&runs->seen);
}

static void end(struct runs *runs)
{
    forget(runs);
    told_free(&runs->told);
}

static void see_domain(struct runs *runs, const char *name, unsigned unknown, bool is_dark)
{
    sightings_add_domain(&runs->seen, &(struct sightings_domain){name, unknown, is_dark});
}

static struct drift make(enum drift_kind kind, enum severity severity, const char *domain,
                         const char *where)
{
    return (struct drift){.kind = kind,
                          .severity = severity,
                          .domain = domain,
                          .where = where,
                          .rule = "X3",
                          .problem = "what is wrong",
                          .advice = "what to do"};
}

static void see(struct runs *runs, enum drift_kind kind, enum severity severity, const char *domain)
{
    const struct drift drift = make(kind, severity, domain, domain);
    see_domain(runs, domain, 0, false);
    sightings_add(&runs->seen, &drift, domain);
}

static void the_worst_come_first_twenty_are_shown_and_the_rest_is_counted(void)
{
    struct runs runs;
    char name[32];
    char *text = NULL;
    size_t length = 0;
    begin(&runs);
    see(&runs, DRIFT_ID, SEVERITY_ERROR, "id.example");
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof(name), "d%d.example", i);
        see(&runs, DRIFT_RECORD, SEVERITY_WARNING, name);
    }
    see(&runs, DRIFT_ALIAS, SEVERITY_ERROR, "alias.example");
    const struct digest *made = digest(&runs);
    CHECK(made->count == 32 && made->shown == 20 && made->events[DIGEST_BEGAN] == 32);
    CHECK(strcmp(made->items[0].drift.domain, "alias.example") == 0);
    CHECK(strcmp(made->items[1].drift.domain, "id.example") == 0);
    CHECK(made->open[DRIFT_RECORD][1] == 30 && digest_open(made) == 32);
    FILE *stream = open_memstream(&text, &length);
    digest_text_write(made, true, stream);
    fclose(stream);
    CHECK(strncmp(text, "<3>began: alias.example: what is wrong; what to do (alias, X3)\n", 63) ==
              0,
          "%s", text);
    CHECK(strstr(text,
                 "\n<4>beside these: 12 record began\n<6>32 domains: 32 began, 0 got worse, 0 "
                 "ended; 32 drifts now\n") != NULL,
          "%s", text);
    free(text);
    forget(&runs);
    see_domain(&runs, "alias.example", 0, false);
    see(&runs, DRIFT_ID, SEVERITY_ERROR, "id.example");
    made = digest(&runs);
    CHECK(made->count == 1 && made->items[0].event == DIGEST_ENDED, "%zu", made->count);
    CHECK(strcmp(made->items[0].drift.problem, "what is wrong") == 0);
    CHECK(digest_open(made) == 1, "what is not configured any more is forgotten");
    end(&runs);
}

static void an_mx_host_of_many_domains_is_told_once_with_their_number(void)
{
    struct runs runs;
    static const char *const names[] = {"c.example", "a.example", "b.example", "d.example"};
    const struct drift drift = make(DRIFT_MX, SEVERITY_ERROR, "*", "mx.example 192.0.2.1");
    char *text = NULL;
    size_t length = 0;
    begin(&runs);
    for (size_t i = 0; i < 4; i++) {
        see_domain(&runs, names[i], 0, false);
        sightings_add(&runs.seen, &drift, names[i]);
    }
    const struct digest *made = digest(&runs);
    CHECK(made->count == 1 && made->items[0].domain_count == 4);
    FILE *stream = open_memstream(&text, &length);
    digest_text_write(made, false, stream);
    fclose(stream);
    CHECK(strstr(text, "(mx, X3; an MX host of a.example, b.example, c.example and 1 more)\n") !=
              NULL,
          "%s", text);
    free(text);
    forget(&runs);
    /* Its name could not be looked up: nothing is known. Later it is not an MX any more. */
    see_domain(&runs, "a.example", 0, false);
    runs.seen.mx_unknown = true;
    CHECK(digest(&runs)->count == 0 && digest_open(&runs.digest) == 1);
    forget(&runs);
    see_domain(&runs, "a.example", 0, false);
    made = digest(&runs);
    CHECK(made->count == 1 && made->items[0].event == DIGEST_ENDED);
    end(&runs);
}

static void what_could_not_be_seen_stays_as_it_was_told(void)
{
    struct runs runs;
    begin(&runs);
    see(&runs, DRIFT_CERTIFICATE, SEVERITY_ERROR, "a.example");
    see(&runs, DRIFT_RECORD, SEVERITY_ERROR, "broken.example");
    CHECK(digest(&runs)->count == 2);
    forget(&runs);
    see_domain(&runs, "a.example", 1u << DRIFT_CERTIFICATE, false);
    CHECK(digest(&runs)->count == 0 && digest_open(&runs.digest) == 2);
    forget(&runs);
    runs.all = false;
    see_domain(&runs, "other.example", 0, false);
    CHECK(digest(&runs)->count == 0 && digest_open(&runs.digest) == 2);
    end(&runs);
}

static void see_place(struct runs *runs, const char *mx, const char *address, bool connected,
                      bool refused)
{
    sightings_add_place(&runs->seen, &(struct sightings_place){mx, address, connected, refused});
}

/* What each case sees, and of which place of this machine is told in the second such run. */
static void faults_of_this_machine_excuse_the_domains(void)
{
    static const struct {
        const char *sentence;
        bool dark, web, refused, mail;
        enum drift_ground ground;
        const char *told; /* NULL: the domain's drift is told */
    } rows[] = {
        {"no DNS", true, true, false, true, DRIFT_NO_ANSWER, "resolver"},
        {"no network", false, false, false, false, DRIFT_NO_CONNECTION, "network"},
        {"a server that refuses", false, false, true, false, DRIFT_NO_CONNECTION, NULL},
        {"no SMTP", false, true, false, false, DRIFT_NO_SMTP, "SMTP"},
        {"all is well here", false, true, false, true, DRIFT_NO_SMTP, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct runs runs;
        begin(&runs);
        for (int run = 0; run < 2; run++) {
            bool is_mx = rows[i].ground == DRIFT_NO_SMTP;
            struct drift drift = make(is_mx ? DRIFT_MX : DRIFT_POLICY_HOST, SEVERITY_ERROR,
                                      is_mx ? "*" : "a.example", "mx1.example 192.0.2.1");
            drift.passes = true;
            drift.ground = rows[i].ground;
            forget(&runs);
            see_domain(&runs, "a.example", 0, rows[i].dark);
            sightings_add(&runs.seen, &drift, "a.example");
            see_place(&runs, NULL, "192.0.2.8", rows[i].web, rows[i].refused);
            see_place(&runs, NULL, "192.0.2.9", rows[i].web, rows[i].refused);
            see_place(&runs, "mx1.example", "192.0.2.1", rows[i].mail, false);
            see_place(&runs, "mx2.example", "192.0.2.2", rows[i].mail, false);
            see_place(&runs, "mx3.example", "192.0.2.3", rows[i].mail, false);
            const struct digest *made = digest(&runs);
            CHECK(run == 1 || made->count == 0, "%s: told at once", rows[i].sentence);
        }
        bool is_machine = rows[i].told != NULL;
        const struct digest_item *told = NULL;
        for (size_t j = 0; j < runs.digest.count; j++) {
            if ((runs.digest.items[j].drift.kind == DRIFT_MACHINE) == is_machine)
                told = &runs.digest.items[j];
        }
        CHECK(told != NULL, "%s: nothing told", rows[i].sentence);
        CHECK(told == NULL || !is_machine || strcmp(told->drift.where, rows[i].told) == 0, "%s",
              rows[i].sentence);
        CHECK(!is_machine || runs.digest.count == 1, "%s", rows[i].sentence);
        end(&runs);
    }
}

static void what_is_written_is_printable_whatever_was_seen(void)
{
    struct runs runs;
    struct writer writer;
    char *text = NULL;
    size_t length = 0;
    struct drift drift = make(DRIFT_MX, SEVERITY_ERROR, "*", "mx\x1b[31m.example");
    drift.problem = "a\nb\x9b\xc2\x9b\r.\nFrom: x";
    begin(&runs);
    see_domain(&runs, "a.example", 0, false);
    sightings_add(&runs.seen, &drift, "a.example");
    const struct digest *made = digest(&runs);
    FILE *stream = open_memstream(&text, &length);
    digest_text_write(made, true, stream);
    digest_text_write_mail(made, stream);
    writer_open(&writer, &writer_json, stream);
    digest_json_put(made, &writer);
    CHECK(writer_finish(&writer) == 0);
    digest_metrics_write(made, stream);
    fclose(stream);
    for (size_t i = 0; i < length; i++)
        CHECK(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'), "byte %d", text[i]);
    CHECK(strstr(text, "\nFrom:") == NULL, "%s", text);
    CHECK(strstr(text, "_drifts{kind=\"mx\",severity=\"error\"} 1\n") != NULL);
    free(text);
    end(&runs);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(the_worst_come_first_twenty_are_shown_and_the_rest_is_counted),
        TEST(an_mx_host_of_many_domains_is_told_once_with_their_number),
        TEST(what_could_not_be_seen_stays_as_it_was_told),
        TEST(faults_of_this_machine_excuse_the_domains),
        TEST(what_is_written_is_printable_whatever_was_seen),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
