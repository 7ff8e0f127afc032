/* SPDX-License-Identifier: ISC */
/* test_limit: counting and pacing by source network in fixed memory. */
#include "daemon/serve/limit.h"

#include <arpa/inet.h>
#include <time.h>

#include "test.h"

#define MS_NS INT64_C(1000000)

static struct network_address address(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return network_address_of((struct sockaddr *)&v4);
    inet_pton(AF_INET6, text, &v6.sin6_addr);
    return network_address_of((struct sockaddr *)&v6);
}

static const struct limit_bounds none = {{0, 0}};

static struct network_address numbered(unsigned first, unsigned number)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%u.%u.%u.%u", first, (number >> 16) & 255U,
                   (number >> 8) & 255U, number & 255U);
    return address(text);
}

/* How many of so many connections from these addresses are taken. */
static unsigned take_each(struct limit *limit, const char *const *texts, unsigned count,
                          const struct limit_bounds *bounds)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < count; i++) {
        struct network_address source = address(texts[i]);
        taken += limit_take(limit, &source, bounds, NULL) == LIMIT_VERDICT_TAKEN;
    }
    return taken;
}

static void refuses_a_source_beyond_its_limit_and_no_other(void)
{
    struct limit *limit = limit_open(10);
    const struct limit_bounds two = {{2, 0}};
    struct network_address one = address("192.0.2.1"), other = address("192.0.2.2");
    CHECK(limit_take(limit, &one, &two, NULL) == LIMIT_VERDICT_TAKEN);
    CHECK(limit_take(limit, &one, &two, NULL) == LIMIT_VERDICT_TAKEN);
    CHECK(limit_take(limit, &one, &two, NULL) == LIMIT_VERDICT_SOURCE_FULL);
    CHECK(limit_take(limit, &other, &two, NULL) == LIMIT_VERDICT_TAKEN);
    limit_give(limit, &one);
    CHECK(limit_take(limit, &one, &two, NULL) == LIMIT_VERDICT_TAKEN);
    limit_close(limit);
}

static void refuses_a_network_beyond_its_limit_and_no_other(void)
{
    static const char *const v4[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.255"};
    static const char *const v6[] = {"2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1",
                                     "2001:db8:0:ffff::1"};
    struct limit *limit = limit_open(20);
    const struct limit_bounds three = {{2, 3}};
    CHECK(take_each(limit, v4, 4, &three) == 3);
    CHECK(take_each(limit, v6, 4, &three) == 3);
    struct network_address last = address("192.0.2.9"), first = address("192.0.2.1");
    CHECK(limit_take(limit, &last, &three, NULL) == LIMIT_VERDICT_NETWORK_FULL);
    struct network_address next = address("192.0.3.1"), next6 = address("2001:db8:1::1");
    CHECK(limit_take(limit, &next, &three, NULL) == LIMIT_VERDICT_TAKEN);
    CHECK(limit_take(limit, &next6, &three, NULL) == LIMIT_VERDICT_TAKEN);
    limit_give(limit, &first);
    CHECK(limit_take(limit, &last, &three, NULL) == LIMIT_VERDICT_TAKEN);
    limit_close(limit);
}

static void a_refused_connection_leaves_nothing_counted(void)
{
    struct limit *limit = limit_open(4);
    const struct limit_bounds bounds = {{4, 2}};
    struct network_address one = address("192.0.2.1"), other = address("192.0.2.2");
    CHECK(limit_take(limit, &one, &bounds, NULL) == LIMIT_VERDICT_TAKEN);
    CHECK(limit_take(limit, &one, &bounds, NULL) == LIMIT_VERDICT_TAKEN);
    for (int i = 0; i < 100; i++)
        CHECK(limit_take(limit, &other, &bounds, NULL) == LIMIT_VERDICT_NETWORK_FULL);
    limit_give(limit, &one);
    limit_give(limit, &one);
    CHECK(limit_take(limit, &other, &bounds, NULL) == LIMIT_VERDICT_TAKEN);
    CHECK(limit_take(limit, &other, &bounds, NULL) == LIMIT_VERDICT_TAKEN);
    limit_close(limit);
}

static bool are_one(const char *a, const char *b, enum limit_width width)
{
    struct network_address one = address(a), other = address(b);
    return limit_is_same_network(&one, &other, width);
}

static void a_source_is_an_address_or_a_64_a_network_a_24_or_a_48(void)
{
    static const struct {
        const char *a, *b;
        bool source, network;
    } rows[] = {
        {"2001:db8::1", "2001:db8::ffff:1:2:3", true, true},
        {"2001:db8::1", "2001:db8:0:1::1", false, true},
        {"2001:db8::1", "2001:db8:0:ffff::1", false, true},
        {"2001:db8::1", "2001:db8:1::1", false, false},
        {"::ffff:192.0.2.1", "192.0.2.1", true, true},
        {"192.0.2.1", "192.0.2.2", false, true},
        {"192.0.2.0", "192.0.2.255", false, true},
        {"192.0.2.1", "192.0.3.1", false, false},
        {"::1", "0.0.0.1", false, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(are_one(rows[i].a, rows[i].b, LIMIT_WIDTH_SOURCE) == rows[i].source, "row %zu", i);
        CHECK(are_one(rows[i].a, rows[i].b, LIMIT_WIDTH_NETWORK) == rows[i].network, "row %zu", i);
    }
}

/* How many handshakes one counted connection's source gets at a moment. */
static unsigned begin_many(struct limit *limit, const struct network_address *source,
                           const struct limit_bounds *per_second, int64_t now_ms)
{
    unsigned begun = 0;
    while (begun < 100000 &&
           limit_handshake(limit, source, per_second, now_ms) == LIMIT_VERDICT_TAKEN)
        begun++;
    return begun;
}

static void paces_the_handshakes_of_a_source(void)
{
    struct limit *limit = limit_open(10);
    const struct limit_bounds ten = {{10, 0}};
    struct network_address one = address("192.0.2.1"), other = address("192.0.2.2");
    limit_take(limit, &one, &none, NULL);
    limit_take(limit, &other, &none, NULL);
    CHECK(begin_many(limit, &one, &ten, 5000) == 10);
    CHECK(begin_many(limit, &one, &ten, 5099) == 0);
    CHECK(begin_many(limit, &one, &ten, 5100) == 1);
    CHECK(begin_many(limit, &one, &ten, 5600) == 5);
    CHECK(begin_many(limit, &one, &ten, 60000) == 10); /* never more than a second's worth */
    CHECK(begin_many(limit, &other, &ten, 60000) == 10);
    limit_close(limit);
}

static void paces_the_handshakes_of_a_network_and_charges_nobody_for_a_refused_one(void)
{
    struct limit *limit = limit_open(10);
    const struct limit_bounds bounds = {{4, 6}};
    struct network_address one = address("2001:db8::1"), two = address("2001:db8:0:2::1"),
                           three = address("2001:db8:0:3::1"), far = address("2001:db8:1::1");
    limit_take(limit, &one, &none, NULL);
    limit_take(limit, &two, &none, NULL);
    limit_take(limit, &three, &none, NULL);
    limit_take(limit, &far, &none, NULL);
    CHECK(begin_many(limit, &one, &bounds, 0) == 4);
    CHECK(begin_many(limit, &two, &bounds, 0) == 2);
    CHECK(limit_handshake(limit, &three, &bounds, 0) == LIMIT_VERDICT_NETWORK_FULL);
    CHECK(limit_handshake(limit, &one, &bounds, 0) == LIMIT_VERDICT_SOURCE_FULL);
    CHECK(begin_many(limit, &far, &bounds, 0) == 4);
    CHECK(begin_many(limit, &three, &bounds, 1000) == 4); /* as if it had not asked */
    limit_close(limit);
}

static void work_counts_as_handshakes_by_the_millisecond_and_is_paid_off_in_time(void)
{
    struct limit *limit = limit_open(10);
    const struct limit_bounds bounds = {{20, 40}};
    struct network_address one = address("192.0.2.1"), two = address("192.0.2.2");
    limit_take(limit, &one, &none, NULL);
    limit_take(limit, &two, &none, NULL);
    limit_charge(limit, &one, &bounds, 5 * MS_NS, 0);
    CHECK(begin_many(limit, &one, &bounds, 0) == 15);
    CHECK(begin_many(limit, &two, &bounds, 0) == 20);
    CHECK(begin_many(limit, &one, &bounds, 1000) == 20);
    limit_charge(limit, &one, &bounds, 3600000 * MS_NS, 1000); /* a second of it counts */
    CHECK(limit_handshake(limit, &one, &bounds, 1999) == LIMIT_VERDICT_SOURCE_FULL);
    CHECK(limit_handshake(limit, &two, &bounds, 1999) == LIMIT_VERDICT_TAKEN);
    CHECK(begin_many(limit, &one, &bounds, 4000) == 20);
    limit_charge(limit, &one, &none, 3600000 * MS_NS, 4000);
    CHECK(begin_many(limit, &one, &bounds, 5000) == 20);
    limit_close(limit);
}

static void remembers_the_handshakes_of_those_who_have_gone(void)
{
    struct limit *limit = limit_open(10);
    const struct limit_bounds ten = {{10, 0}};
    struct network_address one = address("192.0.2.1");
    limit_take(limit, &one, &none, NULL);
    CHECK(begin_many(limit, &one, &ten, 0) == 10);
    for (unsigned i = 0; i < 8; i++) {
        limit_give(limit, &one);
        limit_take(limit, &one, &none, NULL);
        CHECK(begin_many(limit, &one, &ten, 0) == 0);
    }
    limit_close(limit);
}

static void without_a_limit_all_are_taken(void)
{
    struct limit *limit = limit_open(1000);
    struct network_address one = address("192.0.2.1");
    for (int i = 0; i < 1000; i++)
        CHECK(limit_take(limit, &one, &none, NULL) == LIMIT_VERDICT_TAKEN);
    CHECK(begin_many(limit, &one, &none, 0) == 100000);
    limit_close(limit);
}

static void gives_back_the_room_of_networks_that_are_gone(void)
{
    struct limit *limit = limit_open(4);
    const struct limit_bounds one = {{1, 1}};
    for (unsigned round = 0; round < 1000; round++) {
        struct network_address sources[4];
        for (unsigned i = 0; i < 4; i++) {
            sources[i] = numbered(10, (round << 12) + (i << 8));
            CHECK(limit_take(limit, &sources[i], &one, NULL) == LIMIT_VERDICT_TAKEN, "round %u",
                  round);
        }
        for (unsigned i = 0; i < 4; i++)
            CHECK(limit_take(limit, &sources[i], &one, NULL) != LIMIT_VERDICT_TAKEN, "round %u",
                  round);
        for (unsigned i = 0; i < 4; i++)
            limit_give(limit, &sources[i]);
    }
    limit_close(limit);
}

static void holds_what_is_open_while_others_come_and_go(void)
{
    struct limit *limit = limit_open(4);
    const struct limit_bounds one = {{1, 0}};
    struct network_address held[3];
    for (unsigned i = 0; i < 3; i++) {
        held[i] = numbered(10, i << 8);
        CHECK(limit_take(limit, &held[i], &one, NULL) == LIMIT_VERDICT_TAKEN);
    }
    for (unsigned round = 0; round < 1000; round++) {
        struct network_address passing = numbered(172, round << 8);
        CHECK(limit_take(limit, &passing, &one, NULL) == LIMIT_VERDICT_TAKEN, "round %u", round);
        limit_give(limit, &passing);
    }
    for (unsigned i = 0; i < 3; i++)
        CHECK(limit_take(limit, &held[i], &one, NULL) == LIMIT_VERDICT_SOURCE_FULL);
    limit_close(limit);
}

#define MANY 16384U

/* Processor time of MANY connections whose addresses count up by such steps, taken and given. */
static double seconds_of(unsigned step)
{
    struct timespec begun, ended;
    struct limit *limit = limit_open(MANY);
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
    for (unsigned i = 0; i < MANY; i++) {
        struct network_address source = numbered(10, i * step);
        CHECK(limit_take(limit, &source, &none, NULL) == LIMIT_VERDICT_TAKEN);
    }
    for (unsigned i = 0; i < MANY; i++) {
        struct network_address source = numbered(10, i * step);
        limit_give(limit, &source);
    }
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    limit_close(limit);
    return (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
}

/* The least of five, as what else this machine does only ever adds to it. */
static double least_seconds_of(unsigned step)
{
    double least = seconds_of(step);
    for (int i = 1; i < 5; i++) {
        double seconds = seconds_of(step);
        least = seconds < least ? seconds : least;
    }
    return least;
}

/* All in one chain would take some hundred times as long. */
static void neighbouring_addresses_cost_no_more_than_scattered_ones(void)
{
    double scattered = least_seconds_of(1021), neighbours = least_seconds_of(1);
    double strided = least_seconds_of(256);
    CHECK(neighbours < scattered * 20, "%f s and %f s", neighbours, scattered);
    CHECK(strided < scattered * 20, "%f s and %f s", strided, scattered);
}

static const struct test tests[] = {
    TEST(refuses_a_source_beyond_its_limit_and_no_other),
    TEST(refuses_a_network_beyond_its_limit_and_no_other),
    TEST(a_refused_connection_leaves_nothing_counted),
    TEST(a_source_is_an_address_or_a_64_a_network_a_24_or_a_48),
    TEST(paces_the_handshakes_of_a_source),
    TEST(paces_the_handshakes_of_a_network_and_charges_nobody_for_a_refused_one),
    TEST(work_counts_as_handshakes_by_the_millisecond_and_is_paid_off_in_time),
    TEST(remembers_the_handshakes_of_those_who_have_gone),
    TEST(without_a_limit_all_are_taken),
    TEST(gives_back_the_room_of_networks_that_are_gone),
    TEST(holds_what_is_open_while_others_come_and_go),
    TEST(neighbouring_addresses_cost_no_more_than_scattered_ones),
};

TEST_MAIN(tests)
