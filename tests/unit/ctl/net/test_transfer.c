/* SPDX-License-Identifier: ISC */
/* test_transfer: connections to one address, many at a time, and one that is reset. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/net/fetch.h"
#include "ctl/net/pertarget.h"

#include "test.h"

enum { THREADS = 100, TURNS = 50 };

static atomic_uint under_way, most, done;

static void *take_turns(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < TURNS; i++) {
        pertarget_enter("192.0.2.1");
        unsigned now = atomic_fetch_add(&under_way, 1) + 1;
        unsigned before = atomic_load(&most);
        while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
            ;
        pertarget_enter("192.0.2.2"); /* another address has turns of its own */
        pertarget_leave("192.0.2.2");
        atomic_fetch_sub(&under_way, 1);
        pertarget_leave("192.0.2.1");
        atomic_fetch_add(&done, 1);
    }
    return NULL;
}

static void has_a_bounded_number_under_way(void)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, take_turns, NULL) == 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(atomic_load(&done) == THREADS * TURNS, "%u", atomic_load(&done));
    CHECK(atomic_load(&most) <= PERTARGET_MAX, "%u", atomic_load(&most));
}

/* Takes connections and resets each, until the listener is shut down. */
struct server {
    int listener;
    unsigned taken;
};

static void *reset_all(void *argument)
{
    static const struct linger at_once = {1, 0};
    struct server *server = argument;
    int client;
    while ((client = accept(server->listener, NULL, NULL)) >= 0) {
        char byte;
        server->taken++;
        (void)!read(client, &byte, 1); /* of the ClientHello */
        setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        close(client);
    }
    return NULL;
}

static void tries_a_reset_connection_once_again(void)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(place);
    struct server server = {.listener = socket(AF_INET, SOCK_STREAM, 0)};
    struct peer_trust *trust = NULL;
    struct error why;
    struct fetch fetch;
    pthread_t thread;
    CHECK(bind(server.listener, (const struct sockaddr *)&place, sizeof(place)) == 0);
    CHECK(listen(server.listener, 8) == 0);
    CHECK(getsockname(server.listener, (struct sockaddr *)&place, &length) == 0);
    CHECK(peer_trust_open(&trust, NULL, &why) == 0, "%s", why.text);
    CHECK(pthread_create(&thread, NULL, reset_all, &server) == 0);
    const struct network_address address = network_address_of((const struct sockaddr *)&place);
    const struct fetch_request request = {.host = "mta-sts.example.com",
                                          .address = &address,
                                          .port = ntohs(place.sin_port),
                                          .trust = trust};
    CHECK(fetch_policy(&fetch, &request) != 0);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    CHECK(server.taken == 2, "%u: %s", server.taken, fetch.why.text);
    fetch_free(&fetch);
    peer_trust_close(trust);
    close(server.listener);
}

static const struct test tests[] = {
    TEST(has_a_bounded_number_under_way),
    TEST(tries_a_reset_connection_once_again),
};

TEST_MAIN(tests)
