/* SPDX-License-Identifier: ISC */
/* test_limit: counting by source network in fixed memory. */
#include "limit.h"

#include <arpa/inet.h>

#include "test.h"

static struct network_address address(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return network_address_of((struct sockaddr *)&v4);
    inet_pton(AF_INET6, text, &v6.sin6_addr);
    return network_address_of((struct sockaddr *)&v6);
}

static void refuses_a_source_beyond_its_limit_and_no_other(void)
{
    struct limit *limit = limit_open(10);
    struct network_address one = address("192.0.2.1"), other = address("192.0.2.2");
    CHECK(limit_take(limit, &one, 2));
    CHECK(limit_take(limit, &one, 2));
    CHECK(!limit_take(limit, &one, 2));
    CHECK(limit_take(limit, &other, 2));
    limit_give(limit, &one);
    CHECK(limit_take(limit, &one, 2));
    limit_close(limit);
}

static void counts_ipv6_by_64_and_ipv4_by_address(void)
{
    struct network_address a = address("2001:db8::1"), b = address("2001:db8::ffff:1:2:3"),
                           c = address("2001:db8:0:1::1"), mapped = address("::ffff:192.0.2.1"),
                           v4 = address("192.0.2.1"), v4_next = address("192.0.2.2");
    CHECK(limit_is_same_network(&a, &b));
    CHECK(!limit_is_same_network(&a, &c));
    CHECK(limit_is_same_network(&mapped, &v4));
    CHECK(!limit_is_same_network(&v4, &v4_next));
}

static void gives_back_the_room_of_networks_that_are_gone(void)
{
    struct limit *limit = limit_open(4);
    for (unsigned round = 0; round < 1000; round++) {
        struct network_address sources[4];
        for (unsigned i = 0; i < 4; i++) {
            char text[32];
            (void)snprintf(text, sizeof(text), "10.%u.%u.%u", round >> 8, round & 255U, i);
            sources[i] = address(text);
            CHECK(limit_take(limit, &sources[i], 1), "round %u", round);
        }
        struct network_address fifth = address("192.0.2.1");
        CHECK(!limit_take(limit, &fifth, 1), "round %u", round);
        for (unsigned i = 0; i < 4; i++)
            limit_give(limit, &sources[i]);
    }
    limit_close(limit);
}

static const struct test tests[] = {
    TEST(refuses_a_source_beyond_its_limit_and_no_other),
    TEST(counts_ipv6_by_64_and_ipv4_by_address),
    TEST(gives_back_the_room_of_networks_that_are_gone),
};

TEST_MAIN(tests)
