/* SPDX-License-Identifier: ISC */
/* test_answer: the table of answers, request by request, without a socket. */
#include "daemon/serve/answer.h"

#include "test.h"

#define POLICY_TEXT "version: STSv1\r\nmode: none\r\nmx: a.example.com\r\nmax_age: 86400\r\n"

struct request_row {
    const char *method;
    const char *target;
    const char *fields; /* "Name: value" lines, LF between them */
    bool http_1_0;
    unsigned status;
};

static const struct request_row rows[] = {
    /* the policy, however a client puts it */
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 200},
    {"HEAD", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 200},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com:443", false, 200},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com:", false, 200},
    {"GET", "/.well-known/mta-sts.txt", "Host: MTA-STS.Example.COM", false, 200},
    {"GET", "/.well-known/mta-sts.txt", "host: mta-sts.example.com.", false, 200},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com.:8443", false, 200},
    {"GET", "/.well-known/mta-sts.txt", "", true, 200},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nContent-Type: text/plain",
     false, 200},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nContent-Length: 1024", false,
     200},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nTransfer-Encoding: Chunked",
     false, 200},
    {"GET", "https://mta-sts.example.com/.well-known/mta-sts.txt", "Host: mta-sts.example.com",
     false, 200},
    {"GET", "HTTP://MTA-STS.example.com:443/.well-known/mta-sts.txt", "Host: other.example.com",
     false, 200},
    {"GET", "https://mta-sts.example.com/.well-known/mta-sts.txt", "", true, 200},

    /* any other path */
    {"GET", "/", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known/mta-sts.txt?", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known/mta-sts.txt?x=1", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known/mta-sts.txt#x", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known/mta-sts.txt/", "Host: mta-sts.example.com", false, 404},
    {"GET", "//.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known//mta-sts.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/./.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/x/../.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/%2ewell-known/mta-sts.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.Well-Known/mta-sts.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known/MTA-STS.txt", "Host: mta-sts.example.com", false, 404},
    {"GET", "/.well-known/mta-sts.tx", "Host: mta-sts.example.com", false, 404},
    {"POST", "/", "Host: mta-sts.example.com", false, 404},
    {"OPTIONS", "*", "Host: mta-sts.example.com", false, 404},
    {"CONNECT", "mta-sts.example.com:443", "Host: mta-sts.example.com", false, 404},
    {"GET", "https://mta-sts.example.com", "Host: mta-sts.example.com", false, 404},
    {"GET", "https://mta-sts.example.com/", "Host: mta-sts.example.com", false, 404},
    {"GET", "https://mta-sts.example.com?/.well-known/mta-sts.txt", "Host: mta-sts.example.com",
     false, 404},
    {"GET", "ftp://mta-sts.example.com/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false,
     404},

    /* any other method on the path */
    {"POST", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 405},
    {"get", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 405},
    {"OPTIONS", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 405},
    {"TRACE", "/.well-known/mta-sts.txt", "", true, 405},

    /* another host */
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.org", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: example.com", false, 421},
    {"GET", "/", "Host: mta-sts.example.org", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: localhost", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: 192.0.2.1", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: [2001:db8::1]", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: [2001:db8::1]:443", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: 192.0.2.1:443", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: localhost:443", false, 421},
    {"GET", "/.well-known/mta-sts.txt", "Host: a_b.example.com", false, 421},
    {"GET", "https://mta-sts.example.org/.well-known/mta-sts.txt", "Host: mta-sts.example.com",
     false, 421},
    {"GET", "https://localhost/.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 421},

    /* every character that a name may have */
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\n!#$%&'*+-.^_`|~aZ09: caf\xe9",
     false, 200},

    /* malformed or ambiguous */
    {"GET", "/.well-known/mta-sts.txt", "", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: ", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: ", true, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: :443", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: [2001:db8::1", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: a:b", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts..example.com", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com/", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com, x.example.com", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: user@mta-sts.example.com", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nHost: mta-sts.example.com",
     false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nHost: mta-sts.example.com",
     true, 400},
    {"GET", "https://user@mta-sts.example.com/.well-known/mta-sts.txt", "Host: mta-sts.example.com",
     false, 400},
    {"GET", "https:///.well-known/mta-sts.txt", "Host: mta-sts.example.com", false, 400},
    {"GET", "https://mta-sts.example.com/.well-known/mta-sts.txt", "", false, 400},
    {"GET", "/.well-known/mta-sts.txt",
     "Host: mta-sts.example.com\nContent-Length: 0\nContent-Length: 0", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nContent-Length: +1", false,
     400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nContent-Length: -1", false,
     400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nContent-Length: ", false, 400},
    {"GET", "/.well-known/mta-sts.txt",
     "Host: mta-sts.example.com\nContent-Length: 99999999999999999999999", false, 400},
    {"GET", "/.well-known/mta-sts.txt",
     "Host: mta-sts.example.com\nTransfer-Encoding: chunked\nContent-Length: 0", false, 400},
    {"GET", "/.well-known/mta-sts.txt",
     "Host: mta-sts.example.com\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked", false,
     400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nTransfer-Encoding: gzip", false,
     400},
    {"GET", "/.well-known/mta-sts.txt", "Transfer-Encoding: chunked", true, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nX: a\x01z", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nX: a\x7fz", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nX: a\rz", false, 400},

    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nX[1]: a", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nX-\xc3\xa9: a", false, 400},
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nX Y: a", true, 400},

    /* a body beyond the bound */
    {"GET", "/.well-known/mta-sts.txt", "Host: mta-sts.example.com\nContent-Length: 1025", false,
     413},
    {"POST", "/", "Host: mta-sts.example.com\nContent-Length: 1000000", false, 413},
};

static void read_fields(struct answer_request *request, const char *fields)
{
    while (*fields != '\0') {
        size_t line = strcspn(fields, "\n");
        const char *colon = memchr(fields, ':', line);
        const char *value = colon + 2;
        answer_read_field(request, fields, (size_t)(colon - fields), value,
                          (size_t)(fields + line - value));
        fields += line + (fields[line] == '\n');
    }
}

static void ask(struct answer *out, const struct request_row *row)
{
    static union {
        struct config_policy policy;
        char room[sizeof(struct config_policy) + sizeof(POLICY_TEXT)];
    } policy;
    policy.policy.length = strlen(POLICY_TEXT);
    memcpy(policy.policy.bytes, POLICY_TEXT, sizeof(POLICY_TEXT));
    struct site site = {.domain = "example.com", .policy = &policy.policy};
    struct hostname host;
    hostname_parse(&host, "mta-sts.example.com", 19, NULL);

    struct answer_request request = {.http_1_0 = row->http_1_0};
    answer_read_target(&request, row->target);
    read_fields(&request, row->fields);
    unsigned early = answer_early_status(&request);
    if (early != 0)
        answer_make_status(out, early);
    else
        answer_make(out, &request, row->method, &host, &site);
}

static void each_request_gets_its_status(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer answer;
        ask(&answer, &rows[i]);
        CHECK(answer.status == rows[i].status, "%s %s {%s}: %u instead of %u", rows[i].method,
              rows[i].target, rows[i].fields, answer.status, rows[i].status);
    }
}

static void only_200_carries_the_policy_and_its_cache_control(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer answer;
        ask(&answer, &rows[i]);
        bool is_policy = answer.length == strlen(POLICY_TEXT) &&
                         memcmp(answer.body, POLICY_TEXT, answer.length) == 0;
        CHECK(is_policy == (answer.status == 200), "%s", rows[i].target);
        CHECK((answer.cache_control != NULL) == (answer.status == 200), "%s", rows[i].target);
        CHECK(answer.status == 200 || answer.length < 40, "%s", rows[i].target);
        CHECK(answer.status == 200 || memchr(answer.body, ':', answer.length) == NULL, "%s",
              rows[i].target);
    }
}

static void only_405_names_the_allowed_methods(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answer answer;
        ask(&answer, &rows[i]);
        CHECK((answer.allow != NULL && strcmp(answer.allow, "GET, HEAD") == 0) ==
                  (answer.status == 405),
              "%s", rows[i].target);
    }
}

static const struct test tests[] = {
    TEST(each_request_gets_its_status),
    TEST(only_200_carries_the_policy_and_its_cache_control),
    TEST(only_405_names_the_allowed_methods),
};

TEST_MAIN(tests)
