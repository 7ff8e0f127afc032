/* SPDX-License-Identifier: ISC */
/* stage: a worker's connections, driven by hand, and clients that a script leads: the first bytes
 * say who they are, each further one what is done next. Nobody gets two final answers, or a policy
 * of another host, and nothing is left at the end. */
#include "stage.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"
#include "client.h"
#include "scarce.h"
#include "stage_server.h"

#define ROUNDS_MAX 24
#define SNI_MAX    64
#define DAY_MS     INT64_C(86400000)

static const char *const marks[] = {ANSWERS_ALPHA, ANSWERS_BETA};
static struct client clients[STAGE_CLIENTS_MAX];

static uint8_t take(struct stage_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->bytes++;
}

/* Two bytes say who comes: name, protocols, version, source. */
static void come(struct stage_server *server, struct client *client, struct stage_input *input)
{
    static const char *const http_only[] = {"http/1.1", NULL};
    static const char *const both[] = {"h2", "http/1.1", NULL};
    static const char *const challenge[] = {"acme-tls/1", NULL};
    static const char *const *const protocols[] = {NULL, http_only, both, challenge};
    char text[SNI_MAX] = "";
    unsigned who = take(input), how = take(input);
    struct sockaddr_in peer = stage_server_address(how >> 1 & 3);
    struct client_wish wish = {
        .protocols = protocols[who >> 2 & 3], .is_1_2 = (how & 1) != 0, .mark = marks[0]};
    int pair[2];
    if ((who & 3) == 3) { /* any bytes as the name */
        size_t length = take(input) % (SNI_MAX - 1);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)take(input);
        wish.name = text;
        wish.mark = strcasecmp(text, stage_hosts[0]) == 0   ? marks[0]
                    : strcasecmp(text, stage_hosts[1]) == 0 ? marks[1]
                                                            : NULL;
    } else if ((who & 3) < 2) {
        wish.name = stage_hosts[who & 3];
        wish.mark = marks[who & 3];
    }
    stage_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    client_close(client);
    client_open(client, pair[0], &wish);
    scarce_begin();
    conn_accept(&server->context, pair[1], (const struct sockaddr *)&peer);
    scarce_end();
}

static void say_request(struct client *client, unsigned which)
{
    static const char *const requests[] = {
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.alpha.example\r\n\r\n",
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.beta.example\r\n\r\n",
        "HEAD /.well-known/mta-sts.txt HTTP/1.0\r\n\r\n",
        "POST /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.alpha.example\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n",
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.alpha.example\r\n"
        "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n",
        "GET http://mta-sts.beta.example/.well-known/mta-sts.txt HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    const char *text = requests[which % (sizeof(requests) / sizeof(requests[0]))];
    client_say(client, (const unsigned char *)text, strlen(text));
}

static void say_any(struct client *client, struct stage_input *input, bool is_raw)
{
    size_t length = take(input);
    if (length > input->left)
        length = input->left;
    if (is_raw)
        client_send_raw(client, input->bytes, length);
    else
        client_say(client, input->bytes, length);
    input->bytes += length;
    input->left -= length;
}

/* All goes as it should, as long as something moves. */
static void go_on(struct stage_server *server, struct client *client)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        client_run(client);
        if (client->queued == 0 && round > 0)
            break;
        client_send(client, client->queued);
        stage_server_run(server);
    }
    client_run(client);
}

static void reload(struct stage_server *server)
{
    struct site_table *table = server->context.table;
    server->context.table = server->other;
    server->other = table;
}

static void send_proxy_header(struct client *client)
{
    static const char header[] = "PROXY TCP4 192.0.2.7 192.0.2.8 4000 443\r\n";
    client_send_raw(client, (const unsigned char *)header, sizeof(header) - 1);
}

/* ---- The script: what one byte may do. argument is what the byte has left. */

struct play {
    struct stage_server *server;
    struct client *client;
    struct stage_input *input;
    unsigned argument;
};

static void do_go_on(struct play *play)
{
    go_on(play->server, play->client);
}
static void do_turn(struct play *play)
{
    stage_server_run(play->server);
}
static void do_run(struct play *play)
{
    client_run(play->client);
}
static void do_send_record(struct play *play)
{
    client_send(play->client, client_first(play->client));
}
static void do_send_bytes(struct play *play)
{
    client_send(play->client, take(play->input));
}
static void do_drop(struct play *play)
{
    client_drop(play->client);
}
static void do_repeat(struct play *play)
{
    client_repeat(play->client);
}
static void do_swap(struct play *play)
{
    client_swap(play->client);
}
static void do_mangle(struct play *play)
{
    size_t place = ((size_t)take(play->input) << 4) + play->argument;
    client_mangle(play->client, place, take(play->input));
}
static void do_raw(struct play *play)
{
    say_any(play->client, play->input, true);
}
static void do_say(struct play *play)
{
    say_any(play->client, play->input, false);
}
static void do_request(struct play *play)
{
    say_request(play->client, play->argument);
}
static void do_say_end(struct play *play)
{
    client_say_end(play->client);
}
static void do_shut(struct play *play)
{
    client_shut(play->client);
}
static void do_reset(struct play *play)
{
    client_close(play->client);
}
static void do_later(struct play *play)
{
    play->server->context.now_ms += (int64_t)take(play->input) * 250;
}
static void do_reload(struct play *play)
{
    reload(play->server);
}
static void do_proxy(struct play *play)
{
    send_proxy_header(play->client);
}
static void do_come(struct play *play)
{
    come(play->server, play->client, play->input);
}

static void do_displace(struct play *play)
{
    scarce_begin();
    (void)conn_displace(&play->server->context);
    scarce_end();
}
static void do_few_descriptors(struct play *play)
{
    scarce_descriptors(take(play->input) % 8);
}
static void do_little_memory(struct play *play)
{
    scarce_memory(take(play->input), (play->argument & 1) != 0);
}
static void do_chances(struct play *play)
{
    unsigned chances = 2 + take(play->input);
    scarce_by_chance(chances, (uint32_t)(take(play->input) << 8 | play->argument));
}
static void do_plenty(struct play *play)
{
    (void)play;
    scarce_nothing();
}

#define PLENTY_STEPS 19 /* the first of them, where nothing is scarce */

static void step(const struct stage_wish *wish, struct stage_server *server,
                 struct stage_input *input)
{
    static void (*const steps[])(struct play *) = {
        do_go_on,
        do_turn,
        do_run,
        do_send_record,
        do_send_bytes,
        do_drop,
        do_repeat,
        do_swap,
        do_mangle,
        do_raw,
        do_say,
        do_request,
        do_say_end,
        do_shut,
        do_reset,
        do_later,
        do_reload,
        do_proxy,
        do_come,
        do_displace,
        do_plenty,
        do_chances,
        do_few_descriptors,
        do_little_memory,
    };
    const unsigned all = sizeof(steps) / sizeof(steps[0]);
    const unsigned count = wish->is_scarce ? all : PLENTY_STEPS;
    unsigned byte = take(input), more = byte / count, clients_now = (unsigned)wish->clients;
    struct play play = {server, &clients[more % clients_now], input, more / clients_now};
    steps[byte % count](&play);
}

/* A client of which nothing is changed gets its policy. */
static void check_that_it_serves(struct stage_server *server, uint8_t is_1_2)
{
    const uint8_t alpha_from_afar[] = {4, 4 | is_1_2};
    struct stage_input input = {alpha_from_afar, sizeof(alpha_from_afar)};
    struct client *client = &clients[0];
    come(server, client, &input);
    go_on(server, client);
    say_request(client, 0);
    go_on(server, client);
    stage_check(memmem(client->answer, client->answered, marks[0], strlen(marks[0])) != NULL);
    client_close(client);
    stage_server_run(server);
}

/* Else all inputs would end too early. */
static void check_once(void)
{
    struct stage_server server;
    for (size_t i = 0; i < STAGE_CLIENTS_MAX; i++)
        clients[i].fd = -1;
    stage_server_open(&server, 1);
    check_that_it_serves(&server, 0);
    check_that_it_serves(&server, 1);
    stage_server_close(&server);
}

void stage_play(const struct stage_wish *wish, struct stage_input *script)
{
    struct stage_server server;
    static bool is_checked;
    if (!is_checked)
        check_once();
    is_checked = true;
    stage_server_open(&server, wish->max_connections);
    for (size_t i = 0; i < wish->clients; i++)
        come(&server, &clients[i], script);
    while (script->left > 0)
        step(wish, &server, script);
    scarce_nothing();
    for (size_t i = 0; i < wish->clients; i++)
        go_on(&server, &clients[i]);
    server.context.now_ms += DAY_MS; /* everybody's time is up */
    stage_server_run(&server);
    stage_check(server.context.count == 0);
    for (size_t i = 0; i < wish->clients; i++)
        client_close(&clients[i]);
    if (wish->is_scarce)
        check_that_it_serves(&server, 0);
    stage_server_close(&server);
}
