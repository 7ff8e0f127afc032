/* SPDX-License-Identifier: ISC */
/* reload: asks a running server to reload and waits for the result (--reload); and the server side,
 * which tells the result to those who wait. */
#include "daemon/life/reload.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/error.h"
#include "daemon/base/deadline.h"
#include "daemon/base/log.h"

#define PATIENCE_MS 80000 /* systemd's is 90 s */
#define BLIND_MS    1000
#define SEARCH_MS   5000 /* for the socket of a server that has just been started */
#define LIFE_MS     500  /* between looks whether the server is still there */
#define DONE        "done"
#define NAME        "mta-stsd-reload-" /* and a random number, which nobody can take before */
#define ALL_SOCKETS "/proc/self/net/unix"

static int peer_of(int fd, struct ucred *out)
{
    socklen_t length = sizeof(*out);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, out, &length);
}

/* An abstract socket's; the name is without its leading NUL. */
static socklen_t make_address(struct sockaddr_un *out, const char *name)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(out->sun_path + 1, sizeof(out->sun_path) - 1, "%s", name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* ---- The server's side. */

static int listening = -1;
static int64_t blind_until_ms;       /* when no descriptor was left for a connection */
static struct reload_askers waiting; /* connected, and SIGHUP has not come */

int reload_open(void)
{
    uint64_t random;
    char name[64];
    struct sockaddr_un address;
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return -1;
    snprintf(name, sizeof(name), NAME "%016llx", (unsigned long long)random);
    socklen_t length = make_address(&address, name);
    listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening < 0)
        return -1;
    if (bind(listening, (struct sockaddr *)&address, length) == 0 &&
        listen(listening, RELOAD_ASKERS_MAX) == 0)
        return 0;
    int reason = errno;
    reload_close();
    errno = reason;
    return -1;
}

void reload_close(void)
{
    for (size_t i = 0; i < waiting.count; i++)
        close(waiting.fds[i]);
    waiting.count = 0;
    if (listening >= 0)
        close(listening);
    listening = -1;
}

/* The oldest goes where there is no place for one more. */
static void keep(int fd)
{
    if (waiting.count == RELOAD_ASKERS_MAX) {
        close(waiting.fds[0]);
        waiting.count--;
        memmove(waiting.fds, waiting.fds + 1, waiting.count * sizeof(waiting.fds[0]));
    }
    waiting.fds[waiting.count++] = fd;
}

size_t reload_poll(struct pollfd out[RELOAD_POLLED_MAX])
{
    bool is_blind = deadline_now_ms() < blind_until_ms;
    out[0] = (struct pollfd){.fd = is_blind ? -1 : listening, .events = POLLIN};
    for (size_t i = 0; i < waiting.count; i++)
        out[1 + i] = (struct pollfd){.fd = waiting.fds[i]}; /* poll(2) tells the end unasked */
    return 1 + waiting.count;
}

static void drop_gone(void)
{
    struct pollfd polled[RELOAD_POLLED_MAX];
    size_t count = reload_poll(polled) - 1, kept = 0;
    if (poll(polled + 1, count, 0) <= 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (polled[1 + i].revents != 0)
            close(waiting.fds[i]);
        else
            waiting.fds[kept++] = waiting.fds[i];
    }
    waiting.count = kept;
}

void reload_admit(void)
{
    struct ucred peer;
    drop_gone();
    for (int i = 0; i < RELOAD_ASKERS_MAX && listening >= 0; i++) {
        int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            if (errno != EAGAIN)
                blind_until_ms = deadline_now_ms() + BLIND_MS;
            return;
        }
        if (peer_of(fd, &peer) == 0 && (peer.uid == 0 || peer.uid == geteuid()))
            keep(fd);
        else
            close(fd);
    }
}

void reload_take_askers(struct reload_askers *out)
{
    reload_admit();
    *out = waiting;
    waiting = (struct reload_askers){0};
}

void reload_answer(struct reload_askers *askers, const char *refusal)
{
    const char *said = refusal != NULL ? refusal : DONE;
    for (size_t i = 0; i < askers->count; i++) {
        (void)send(askers->fds[i], said, strlen(said), MSG_NOSIGNAL);
        close(askers->fds[i]);
    }
    askers->count = 0;
}

/* ---- The asker's side. */

/* One question, from its connection on. */
struct question {
    pid_t server;
    int fd;             /* -1: not connected */
    int64_t reached_ms; /* when it was connected last; else when the search began */
};

/* Connects to the name, if it is the server's. */
static void connect_to(struct question *question, const char *name)
{
    struct sockaddr_un address;
    struct ucred peer;
    socklen_t length = make_address(&address, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (connect(fd, (struct sockaddr *)&address, length) == 0 && peer_of(fd, &peer) == 0 &&
        peer.pid == question->server)
        question->fd = fd;
    if (question->fd != fd)
        close(fd);
}

/* Looks at all sockets with such a name, whoever made them. */
static void connect_server(struct question *question)
{
    char line[256];
    FILE *sockets = fopen(ALL_SOCKETS, "re");
    while (sockets != NULL && question->fd < 0 && fgets(line, sizeof(line), sockets) != NULL) {
        char *name = strstr(line, "@" NAME);
        if (name == NULL)
            continue;
        name[strcspn(name, "\n")] = '\0';
        connect_to(question, name + 1);
    }
    if (sockets != NULL)
        fclose(sockets);
}

/* Connects, and then sends the signal; to nobody else, who might end by it. Returns -1 with why
 * where there is no such process, or none that may be asked. */
static int ask(struct question *question, struct error *why)
{
    int64_t now = deadline_now_ms();
    bool was_connected = question->fd >= 0;
    if (!was_connected)
        connect_server(question);
    bool asks = !was_connected && question->fd >= 0;
    if (kill(question->server, asks ? SIGHUP : 0) != 0)
        return error_set(why, "process %ld: %s", (long)question->server, strerror(errno));
    if (question->fd >= 0)
        question->reached_ms = now;
    if (now > question->reached_ms + SEARCH_MS)
        return error_set(why,
                         "process %ld is not an mta-stsd of this version; restart it, or send it "
                         "SIGHUP and read its log",
                         (long)question->server);
    return 0;
}

/* What it says within a moment; false: nothing yet, or it went, and has to be asked again. */
static bool receive(struct question *question, char *out, size_t size)
{
    struct pollfd answer = {.fd = question->fd, .events = POLLIN};
    if (poll(&answer, 1, LIFE_MS) <= 0)
        return false;
    ssize_t length = recv(question->fd, out, size - 1, MSG_DONTWAIT);
    if (length > 0) {
        out[length] = '\0';
        return true;
    }
    close(question->fd);
    question->fd = -1;
    return false;
}

/* Returns 0 when the reload is done, or -1 with why. */
static int wait_for_answer(struct question *question, struct error *why)
{
    char said[256];
    int64_t end_ms = question->reached_ms + PATIENCE_MS;
    while (deadline_now_ms() < end_ms) {
        if (ask(question, why) != 0)
            return -1;
        if (!receive(question, said, sizeof(said)))
            continue;
        if (strcmp(said, DONE) == 0)
            return 0;
        return error_set(why, "reload refused: %s; the configuration loaded before stays in use",
                         said);
    }
    return error_set(why, "process %ld does not answer; its log says more", (long)question->server);
}

int reload_run(const char *pid)
{
    struct error why;
    char *end;
    errno = 0;
    long server = strtol(pid, &end, 10);
    if (pid[0] < '1' || pid[0] > '9' || *end != '\0' || errno != 0 || (pid_t)server != server) {
        log_line(LOG_LEVEL_ERROR, "--reload %s: write the process id of a running mta-stsd", pid);
        return 2;
    }
    struct question question = {.server = (pid_t)server, .fd = -1, .reached_ms = deadline_now_ms()};
    int result = wait_for_answer(&question, &why);
    if (question.fd >= 0)
        close(question.fd);
    if (result == 0)
        return 0;
    log_line(LOG_LEVEL_ERROR, "%s", why.text);
    return 1;
}
