/* SPDX-License-Identifier: ISC */
/* test_network: addresses, networks and listen lines, as people write them and sockets give them.
 */
#include "common/base/network.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct network_address address_of(const char *text)
{
    struct network network;
    CHECK(network_parse(&network, text, NULL) == 0, "%s", text);
    return network.base;
}

static void parses_networks(void)
{
    static const struct {
        const char *text;
        const char *base;
        unsigned prefix;
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.0", 120},
        {"192.0.2.7", "192.0.2.7", 128},
        {"10.0.0.0/8", "10.0.0.0", 104},
        {"0.0.0.0/0", "0.0.0.0", 96},
        {"192.0.2.7/32", "192.0.2.7", 128},
        {"192.0.2.128/25", "192.0.2.128", 121},
        {"2001:db8::/32", "2001:db8::", 32},
        {"2001:DB8::1", "2001:db8::1", 128},
        {"::/0", "::", 0},
        {"::1", "::1", 128},
        {"::1/128", "::1", 128},
        {"::ffff:192.0.2.0/120", "192.0.2.0", 120},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network network;
        struct error why = {.text = ""};
        char base[NETWORK_TEXT_MAX];
        CHECK(network_parse(&network, rows[i].text, &why) == 0, "%s: %s", rows[i].text, why.text);
        network_address_text(&network.base, base);
        CHECK(strcmp(base, rows[i].base) == 0, "%s: %s", rows[i].text, base);
        CHECK(network.prefix == rows[i].prefix, "%s: %u", rows[i].text, network.prefix);
    }
}

static void refuses_what_is_no_network(void)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        {"", "is not a network"},
        {"/24", "is not a network"},
        {"example.com", "is not a network"},
        {"192.0.2", "is not a network"},
        {"192.0.2.256", "is not a network"},
        {"192.0.2.1 ", "is not a network"},
        {" 192.0.2.1", "is not a network"},
        {"0300.0.2.1", "is not a network"},
        {"[2001:db8::1]", "is not a network"},
        {"fe80::1%lo", "is not a network"},
        {"2001:db8::1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18", "is not a network"},
        {"192.0.2.0/33", "write /0 to /32"},
        {"192.0.2.0/", "write /0 to /32"},
        {"192.0.2.0/-1", "write /0 to /32"},
        {"192.0.2.0/+8", "write /0 to /32"},
        {"192.0.2.0/24x", "write /0 to /32"},
        {"192.0.2.0/99999999999999999999", "write /0 to /32"},
        {"192.0.2.0/255.255.255.0", "write /0 to /32"},
        {"2001:db8::/129", "write /0 to /128"},
        {"192.0.2.7/24", "write 192.0.2.0/24"},
        {"192.0.2.129/25", "write 192.0.2.128/25"},
        {"10.1.2.3/0", "write 0.0.0.0/0"},
        {"2001:db8::1/32", "write 2001:db8::/32"},
        {"::ffff:192.0.2.7/120", "write 192.0.2.0/24"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network network = {.prefix = 7};
        struct error why = {.text = ""};
        CHECK(network_parse(&network, rows[i].text, &why) == -1, "%s", rows[i].text);
        CHECK(strstr(why.text, rows[i].sentence) != NULL, "%s: %s", rows[i].text, why.text);
        CHECK(network.prefix == 0, "%s left something", rows[i].text);
    }
}

static void tells_what_a_network_contains(void)
{
    static const struct {
        const char *network;
        const char *address;
        bool contained;
    } rows[] = {
        {"192.0.2.0/24", "192.0.2.0", true},
        {"192.0.2.0/24", "192.0.2.255", true},
        {"192.0.2.0/24", "192.0.3.0", false},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.128/25", "192.0.2.129", true},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"0.0.0.0/0", "203.0.113.1", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::/0", "2001:db8::1", true},
        {"127.0.0.0/8", "::1", false},
        {"127.0.0.0/8", "::ffff:127.0.0.1", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network network;
        struct network_address address = address_of(rows[i].address);
        CHECK(network_parse(&network, rows[i].network, NULL) == 0, "%s", rows[i].network);
        CHECK(network_contains(&network, &address) == rows[i].contained, "%s in %s",
              rows[i].address, rows[i].network);
    }
}

static void parses_listen_lines(void)
{
    static const struct {
        const char *text;
        size_t count;
        const char *first;
        const char *second;
    } rows[] = {
        {"443", 2, "0.0.0.0:443", "[::]:443"},
        {"0", 2, "0.0.0.0:0", "[::]:0"},
        {"65535", 2, "0.0.0.0:65535", "[::]:65535"},
        {"192.0.2.1:443", 1, "192.0.2.1:443", NULL},
        {"127.0.0.1:0", 1, "127.0.0.1:0", NULL},
        {"[2001:db8::1]:443", 1, "[2001:db8::1]:443", NULL},
        {"[::]:8443", 1, "[::]:8443", NULL},
        {"0.0.0.0:443", 1, "0.0.0.0:443", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network_endpoint out[2];
        size_t count = 0;
        struct error why = {.text = ""};
        char text[NETWORK_TEXT_MAX];
        int result = network_parse_listen(out, &count, rows[i].text, &why);
        CHECK(result == 0 && count == rows[i].count, "%s: %s", rows[i].text, why.text);
        if (result != 0)
            continue;
        network_endpoint_text(&out[0], text);
        CHECK(strcmp(text, rows[i].first) == 0, "%s: %s", rows[i].text, text);
        if (count != 2)
            continue;
        network_endpoint_text(&out[1], text);
        CHECK(rows[i].second != NULL && strcmp(text, rows[i].second) == 0, "%s", text);
    }
}

static void gives_endpoints_that_bind(void)
{
    struct network_endpoint out[2];
    size_t count;
    CHECK(network_parse_listen(out, &count, "443", NULL) == 0, "443");
    CHECK(out[0].address.any.sa_family == AF_INET, "first is IPv4");
    CHECK(out[0].length == sizeof(struct sockaddr_in), "%u", (unsigned)out[0].length);
    CHECK(out[0].address.v4.sin_port == htons(443), "port");
    CHECK(out[1].address.any.sa_family == AF_INET6, "second is IPv6");
    CHECK(out[1].length == sizeof(struct sockaddr_in6), "%u", (unsigned)out[1].length);
    CHECK(out[1].address.v6.sin6_port == htons(443), "port");
}

static void refuses_what_is_no_listen_line(void)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        {"", "not an address to listen on"},
        {"https", "not an address to listen on"},
        {"-1", "not an address to listen on"},
        {" 443", "not an address to listen on"},
        {":443", "not an address to listen on"},
        {"*:443", "not an address to listen on"},
        {"localhost:443", "not an address to listen on"},
        {"192.0.2.1", "not an address to listen on"},
        {"192.0.2.1:", "not an address to listen on"},
        {"192.0.2.256:443", "not an address to listen on"},
        {"[192.0.2.1]:443", "not an address to listen on"},
        {"[2001:db8::1]", "not an address to listen on"},
        {"[2001:db8::1]443", "not an address to listen on"},
        {"[]:443", "not an address to listen on"},
        {"[:443", "not an address to listen on"},
        {"[2001:db8::1:443", "not an address to listen on"},
        {"[fe80::1%lo]:443", "not an address to listen on"},
        {"2001:db8::1", "write it as in [2001:db8::1]:443"},
        {"2001:db8::1:443", "lacks its brackets; write it as [2001:db8::1]:443"},
        {"::1:443", "lacks its brackets; write it as [::1]:443"},
        {"::1", "write it as in [::1]:443"},
        {"2001:db8::a:dead", "write it as in [2001:db8::a:dead]:443"},
        {"2001:db8::1:70000", "not an address to listen on"},
        {"1:2:3:4:5:6:7:8", "write it as in [1:2:3:4:5:6:7:8]:443"},
        {"1:2:3:4:5:6:7:8:443", "write it as [1:2:3:4:5:6:7:8]:443"},
        {"65536", "write 0 to 65535"},
        {"192.0.2.1:70000", "write 0 to 65535"},
        {"99999999999999999999", "write 0 to 65535"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network_endpoint out[2];
        size_t count = 7;
        struct error why = {.text = ""};
        int result = network_parse_listen(out, &count, rows[i].text, &why);
        CHECK(result == -1 && count == 0, "%s", rows[i].text);
        CHECK(strstr(why.text, rows[i].sentence) != NULL, "%s: %s", rows[i].text, why.text);
    }
}

static void takes_addresses_of_sockets_uniformly(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "x"};
    char text[NETWORK_TEXT_MAX];

    (void)inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
    (void)inet_pton(AF_INET6, "::ffff:192.0.2.7", &v6.sin6_addr);
    struct network_address plain = network_address_of((const struct sockaddr *)&v4);
    struct network_address mapped = network_address_of((const struct sockaddr *)&v6);
    CHECK(memcmp(&plain, &mapped, sizeof(plain)) == 0, "mapped differs");
    CHECK(network_address_is_v4(&plain) && network_address_is_v4(&mapped), "not IPv4");
    network_address_text(&mapped, text);
    CHECK(strcmp(text, "192.0.2.7") == 0, "%s", text);

    (void)inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
    struct network_address real = network_address_of((const struct sockaddr *)&v6);
    CHECK(!network_address_is_v4(&real), "IPv6 taken for IPv4");
    network_address_text(&real, text);
    CHECK(strcmp(text, "2001:db8::7") == 0, "%s", text);

    struct network_address other = network_address_of((const struct sockaddr *)&path);
    network_address_text(&other, text);
    CHECK(strcmp(text, "::") == 0, "%s", text);
}

static void tells_where_no_host_of_the_internet_can_be(void)
{
    static const struct {
        const char *text;
        const char *scope; /* NULL: anywhere */
    } rows[] = {
        {"0.0.0.0", "an unspecified"},
        {"0.0.0.1", "a loopback"},
        {"127.0.0.1", "a loopback"},
        {"127.255.255.255", "a loopback"},
        {"128.0.0.0", NULL},
        {"::", "an unspecified"},
        {"::1", "a loopback"},
        {"::2", NULL},
        {"10.0.0.1", "a private"},
        {"11.0.0.0", NULL},
        {"100.63.255.255", NULL},
        {"100.64.0.1", "a private"},
        {"172.15.255.255", NULL},
        {"172.31.255.255", "a private"},
        {"172.32.0.0", NULL},
        {"192.168.1.1", "a private"},
        {"192.169.0.0", NULL},
        {"fd00::1", "a private"},
        {"fec0::1", "a private"},
        {"169.254.169.254", "a link-local"},
        {"fe80::1", "a link-local"},
        {"224.0.0.1", "a multicast"},
        {"240.0.0.1", "a reserved"},
        {"255.255.255.255", "a reserved"},
        {"ff02::1", "a multicast"},
        {"64:ff9b::7f00:1", "a loopback"},
        {"64:ff9b::a9fe:a9fe", "a link-local"},
        {"64:ff9b::c000:201", NULL},
        {"192.0.2.1", NULL},
        {"2001:db8::1", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network single;
        CHECK(network_parse(&single, rows[i].text, NULL) == 0, "%s", rows[i].text);
        const char *scope = network_address_scope(&single.base);
        CHECK((scope == NULL) == (rows[i].scope == NULL), "%s", rows[i].text);
        CHECK(scope == NULL || strcmp(scope, rows[i].scope) == 0, "%s: %s", rows[i].text, scope);
    }
}

static void compares_endpoints(void)
{
    static const struct {
        const char *a;
        const char *b;
        bool equal;
    } rows[] = {
        {"192.0.2.1:443", "192.0.2.1:443", true},
        {"192.0.2.1:443", "192.0.2.1:444", false},
        {"192.0.2.1:443", "192.0.2.2:443", false},
        {"0.0.0.0:443", "[::]:443", false},
        {"[2001:db8::1]:443", "[2001:db8:0::1]:443", true},
        {"[2001:db8::1]:443", "[2001:db8::2]:443", false},
        {"[2001:db8::1]:443", "[2001:db8::1]:1", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct network_endpoint a[2];
        struct network_endpoint b[2];
        size_t count;
        CHECK(network_parse_listen(a, &count, rows[i].a, NULL) == 0, "%s", rows[i].a);
        CHECK(network_parse_listen(b, &count, rows[i].b, NULL) == 0, "%s", rows[i].b);
        CHECK(network_endpoint_equal(a, b) == rows[i].equal, "%s %s", rows[i].a, rows[i].b);
    }
}

static const struct test tests[] = {
    TEST(parses_networks),
    TEST(refuses_what_is_no_network),
    TEST(tells_what_a_network_contains),
    TEST(parses_listen_lines),
    TEST(gives_endpoints_that_bind),
    TEST(refuses_what_is_no_listen_line),
    TEST(takes_addresses_of_sockets_uniformly),
    TEST(tells_where_no_host_of_the_internet_can_be),
    TEST(compares_endpoints),
};

TEST_MAIN(tests)
