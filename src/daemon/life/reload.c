/* SPDX-License-Identifier: ISC */
/* reload: asks a running server for a reload and waits for what comes of it; and the server's side
 * of that: whom to tell, and telling. */
#include "daemon/life/reload.h"

#include <errno.h>
#include <poll.h>
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
#include "daemon/base/datagram.h"
#include "daemon/base/deadline.h"
#include "daemon/base/log.h"

#define ASK_AGAIN_MS 5000  /* two signals of a kind that wait together become one */
#define PATIENCE_MS  80000 /* systemd's is 90 s */
#define LIFE_MS      500   /* between looks whether the server is still there */
#define DONE         "done"

/* ---- The socket of one question: a name that nobody else can guess, and that ends with it. */

static socklen_t name_socket(struct sockaddr_un *address, const struct reload_asker *asker)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1,
                          "mta-stsd-reload-%ld-%08x", (long)asker->pid, (unsigned)asker->word);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* ---- The server's side. */

struct reload_asker reload_asker_of(const struct signalfd_siginfo *received)
{
    if (received->ssi_signo != SIGHUP || received->ssi_code != SI_QUEUE)
        return (struct reload_asker){0};
    return (struct reload_asker){.pid = (pid_t)received->ssi_pid, .word = received->ssi_int};
}

void reload_answer(const struct reload_asker *asker, const char *refusal)
{
    struct sockaddr_un address;
    const char *said = refusal != NULL ? refusal : DONE;
    if (asker->pid == 0)
        return;
    socklen_t length = name_socket(&address, asker);
    datagram_send(said, &address, length, MSG_DONTWAIT);
}

/* ---- The asker's side. */

static int open_socket(struct reload_asker *asker)
{
    struct sockaddr_un address;
    const int on = 1;
    asker->pid = getpid();
    if (getrandom(&asker->word, sizeof(asker->word), 0) != (ssize_t)sizeof(asker->word))
        return -1;
    socklen_t length = name_socket(&address, asker);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0 &&
        bind(fd, (struct sockaddr *)&address, length) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The answer's text; false when it is from somebody else. */
static bool receive(int fd, pid_t server, char *out, size_t size)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec part = {.iov_base = out, .iov_len = size - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
    const struct cmsghdr *first = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (first == NULL || first->cmsg_level != SOL_SOCKET || first->cmsg_type != SCM_CREDENTIALS)
        return false;
    struct ucred sender;
    memcpy(&sender, CMSG_DATA(first), sizeof(sender));
    out[length] = '\0';
    return sender.pid == server;
}

static int send_signal(pid_t server, const struct reload_asker *asker)
{
    return sigqueue(server, SIGHUP, (union sigval){.sival_int = asker->word});
}

/* Waits for the answer, asking again now and then. Returns an exit status, with the reason in why
 * if it is not 0. */
static int wait_for_answer(int fd, pid_t server, const struct reload_asker *asker,
                           struct error *why)
{
    char said[256];
    int64_t begun_ms = deadline_now_ms();
    int64_t asked_ms = begun_ms - ASK_AGAIN_MS;
    for (int64_t now = begun_ms; now < begun_ms + PATIENCE_MS; now = deadline_now_ms()) {
        bool asks = now >= asked_ms + ASK_AGAIN_MS;
        if ((asks ? send_signal(server, asker) : kill(server, 0)) != 0)
            return error_set(why, "process %ld: %s", (long)server, strerror(errno));
        if (asks)
            asked_ms = now;
        struct pollfd answer = {.fd = fd, .events = POLLIN};
        if (poll(&answer, 1, LIFE_MS) > 0 && receive(fd, server, said, sizeof(said))) {
            if (strcmp(said, DONE) == 0)
                return 0;
            return error_set(why, "reload refused: %s; the configuration loaded before serves on",
                             said);
        }
    }
    return error_set(why, "process %ld does not answer; its log says more", (long)server);
}

int reload_run(const char *pid)
{
    struct error why;
    struct reload_asker asker = {0};
    char *end;
    errno = 0;
    long server = strtol(pid, &end, 10);
    if (pid[0] < '1' || pid[0] > '9' || *end != '\0' || errno != 0 || (pid_t)server != server) {
        log_line(LOG_LEVEL_ERROR, "--reload %s: write the process id of a running mta-stsd", pid);
        return 2;
    }
    int fd = open_socket(&asker);
    if (fd < 0) {
        log_line(LOG_LEVEL_ERROR, "cannot wait for an answer: %s", strerror(errno));
        return 1;
    }
    int status = wait_for_answer(fd, (pid_t)server, &asker, &why);
    close(fd);
    if (status == 0)
        return 0;
    log_line(LOG_LEVEL_ERROR, "%s", why.text);
    return 1;
}
