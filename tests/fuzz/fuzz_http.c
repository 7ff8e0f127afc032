/* SPDX-License-Identifier: ISC */
/* fuzz_http: any bytes as what a client says after the handshake, through libmicrohttpd over its
 * socketpair. The first byte says in how long pieces it comes. There is one final answer at most,
 * and all of it is let go of at the end. */
#include <linux/sockios.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"
#include "common/config/config_load.h"
#include "daemon/serve/http.h"
#include "memory_files.h"

#define TURNS_MAX 200 /* libmicrohttpd has done with any request long before */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char ini[] = "[server]\nlisten = 127.0.0.1:0\n"
                          "[defaults]\ncertificate = /f/%h.pem\n"
                          "[alpha.example]\nmx = " ANSWERS_ALPHA ".example\n"
                          "[beta.example]\nmx = " ANSWERS_BETA ".example\n";
static const struct hostname host = {.length = 21, .text = "mta-sts.alpha.example"};
static struct http *http;
static struct site_table *table;

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static void begin(void)
{
    struct findings said = {0};
    struct config *config = NULL;
    struct error why;
    memory_files_put("/f/main.ini", ini, sizeof(ini) - 1);
    check_that(config_load(&config, &(struct config_source){.path = "/f/main.ini"}, &said) == 0 &&
               said.errors == 0);
    table = site_table_build(&config, NULL);
    check_that(table != NULL && http_open(&http, &why) == 0);
    findings_free(&said);
}

/* Reads what has come. Returns false at the end. */
static bool take(int fd, char *answer, size_t room, size_t *length)
{
    ssize_t got;
    while ((got = recv(fd, answer + *length, room - *length, MSG_DONTWAIT)) > 0)
        *length += (size_t)got;
    check_that(*length < room);
    return got < 0;
}

/* As the bridge does: the end is told when all before it has been read. */
static void tell_end(int fd, bool *told)
{
    int unread = 0;
    check_that(ioctl(fd, SIOCOUTQ, &unread) == 0);
    if (unread == 0 && !*told) {
        (void)shutdown(fd, SHUT_WR);
        *told = true;
    }
}

static size_t converse(int fd, const uint8_t *bytes, size_t size, size_t piece, char *answer,
                       size_t room)
{
    size_t length = 0, sent = 0;
    bool told = false;
    for (unsigned turns = 0; take(fd, answer, room, &length); turns++) {
        size_t left = size - sent < piece ? size - sent : piece;
        ssize_t went = left > 0 ? send(fd, bytes + sent, left, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
        sent += went > 0 ? (size_t)went : 0;
        http_run(http);
        if (left == 0)
            tell_end(fd, &told);
        check_that(turns < TURNS_MAX + size / piece);
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char answer[16384];
    struct http_exchange *exchange;
    int fd;
    if (http == NULL)
        begin();
    if (size < 2 || size > 20000)
        return 0;
    check_that(http_exchange_open(http, &host, site_find(table, &host), table, &fd, &exchange) ==
               0);
    size_t length = converse(fd, data + 1, size - 1, data[0] == 0 ? size : (size_t)data[0] * 8,
                             answer, sizeof(answer));
    answers_check(answer, length, ANSWERS_ALPHA);
    for (const char *agent = http_exchange_agent(exchange); *agent != '\0'; agent++)
        check_that(*agent >= ' ' && *agent <= '~' && *agent != '"');
    close(fd);
    http_exchange_close(exchange);
    for (unsigned turns = 0; http_wait_ms(http) >= 0; turns++) {
        check_that(turns < TURNS_MAX);
        http_run(http);
    }
    return 0;
}
