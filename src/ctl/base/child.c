/* SPDX-License-Identifier: ISC */
/* child: starts another program, watches and ends it, and keeps the end of its output. */
#include "ctl/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/base/descriptors.h"

#define STATUS_NOT_RUN   127
#define STATUS_SIGNALLED 128
#define DRAIN_MOST       65536 /* bytes in one turn, as a child may write for ever */
#define WAIT_TURN_MS     20
#define END_TURNS        50 /* of 100 ms, before SIGKILL */

/* In the child: only calls that are safe there. */
static void become(const char *const argv[], int input, int output, pid_t parent)
{
    sigset_t none;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it died before it could be watched */
        _exit(STATUS_NOT_RUN);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0)
        _exit(STATUS_NOT_RUN);
    close(input);
    close(output);
    descriptors_restore();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    union {
        const char *const *given;
        char *const *wanted; /* execvp changes none of them */
    } words = {.given = argv};
    execvp(argv[0], words.wanted);
    dprintf(STDERR_FILENO, "%s cannot be run: %s\n", argv[0], strerror(errno));
    _exit(STATUS_NOT_RUN);
}

/* input: what it reads. */
static int start(struct child *out, const char *const argv[], int input, struct error *why)
{
    pid_t parent = getpid();
    int pipe[2];
    *out = (struct child){0};
    if (input < 0 || pipe2(pipe, O_CLOEXEC) != 0)
        return error_set(why, "%s cannot be started: %s", argv[0], strerror(errno));
    fcntl(pipe[0], F_SETFL, O_NONBLOCK); /* fails for no pipe */
    pid_t pid = fork();
    if (pid == 0)
        become(argv, input, pipe[1], parent);
    int reason = errno;
    close(pipe[1]);
    if (pid < 0) {
        close(pipe[0]);
        return error_set(why, "%s cannot be started: %s", argv[0], strerror(reason));
    }
    setpgid(pid, pid); /* whoever of the two comes first */
    out->pid = pid;
    out->output = pipe[0];
    return 0;
}

int child_start(struct child *out, const char *const argv[], struct error *why)
{
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int result = start(out, argv, input, why);
    if (input >= 0)
        close(input);
    return result;
}

/* A file without a name, so that no reader has to be waited for. */
static int hold(const char *bytes, size_t length)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    while (fd >= 0 && length > 0) {
        ssize_t put = write(fd, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            int reason = errno;
            close(fd);
            errno = reason;
            return -1;
        }
        bytes += put;
        length -= (size_t)put;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

int child_start_with(struct child *out, const char *const argv[], const char *bytes, size_t length,
                     struct error *why)
{
    int input = hold(bytes, length);
    int result = start(out, argv, input, why);
    if (input >= 0)
        close(input);
    return result;
}

/* Keeps the end. */
static void keep(struct child *child, const char *bytes, size_t length)
{
    size_t most = sizeof(child->words) - 1;
    if (length > most) {
        bytes += length - most;
        length = most;
    }
    size_t over = child->length + length > most ? child->length + length - most : 0;
    memmove(child->words, child->words + over, child->length - over);
    child->length -= over;
    memcpy(child->words + child->length, bytes, length);
    child->length += length;
}

static void drain(struct child *child)
{
    char bytes[4096];
    for (size_t done = 0; done < DRAIN_MOST; done += sizeof(bytes)) {
        ssize_t got = read(child->output, bytes, sizeof(bytes));
        if (got <= 0)
            return;
        keep(child, bytes, (size_t)got);
    }
}

bool child_has_ended(struct child *child)
{
    int status;
    pid_t got = waitpid(child->pid, &status, WNOHANG);
    drain(child);
    if (got == 0)
        return false;
    if (got > 0) {
        child->status =
            WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNALLED + WTERMSIG(status);
    } else { /* ECHILD: somebody else has waited for it */
        child->lost = true;
        child->status = CHILD_LOST;
    }
    return true;
}

bool child_wait(struct child *child, unsigned seconds)
{
    struct timespec turn = {.tv_nsec = WAIT_TURN_MS * 1000000L};
    for (unsigned turns = seconds * 1000 / WAIT_TURN_MS; turns > 0; turns--) {
        if (child_has_ended(child))
            return true;
        nanosleep(&turn, NULL);
    }
    child_end(child);
    return false;
}

void child_end(struct child *child)
{
    struct timespec turn = {.tv_nsec = 100000000};
    kill(-child->pid, SIGTERM);
    for (int i = 0; i < END_TURNS; i++) {
        if (child_has_ended(child))
            return;
        nanosleep(&turn, NULL);
    }
    kill(-child->pid, SIGKILL);
    while (!child_has_ended(child))
        nanosleep(&turn, NULL);
}

void child_words(const struct child *child, char out[CHILD_WORDS_MAX])
{
    memcpy(out, child->words, child->length);
    out[child->length] = '\0';
    for (size_t i = 0; i < child->length; i++) {
        if (out[i] != '\n' && (out[i] < 0x20 || out[i] > 0x7e))
            out[i] = '?';
    }
}

void child_free(struct child *child)
{
    if (child->pid != 0)
        close(child->output);
    *child = (struct child){0};
}
