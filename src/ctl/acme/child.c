/* SPDX-License-Identifier: ISC */
/* child: a program run beside this one: started, watched, ended, and its last words read. */
#include "ctl/acme/child.h"

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

#define STATUS_NOT_RUN   127
#define STATUS_SIGNALLED 128
#define WAIT_TURN_MS     20
#define END_TURNS        50 /* of 100 ms, before SIGKILL */

/* In the child: only calls that are safe there. */
static void become(const char *const argv[], int output, pid_t parent)
{
    sigset_t none;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it died before it could be watched */
        _exit(STATUS_NOT_RUN);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0)
        _exit(STATUS_NOT_RUN);
    close(nothing);
    close(output);
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

int child_start(struct child *out, const char *const argv[], struct error *why)
{
    pid_t parent = getpid();
    *out = (struct child){.output = memfd_create("output", MFD_CLOEXEC)};
    if (out->output < 0) {
        *out = (struct child){0};
        return error_set(why, "%s cannot be started: %s", argv[0], strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0)
        become(argv, out->output, parent);
    if (pid < 0) {
        error_set(why, "%s cannot be started: %s", argv[0], strerror(errno));
        close(out->output);
        *out = (struct child){0};
        return -1;
    }
    setpgid(pid, pid); /* whoever of the two comes first */
    out->pid = pid;
    return 0;
}

bool child_has_ended(struct child *child)
{
    int status;
    pid_t got = waitpid(child->pid, &status, WNOHANG);
    if (got == 0)
        return false;
    if (got > 0)
        child->status =
            WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNALLED + WTERMSIG(status);
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
    off_t end = lseek(child->output, 0, SEEK_END);
    off_t start = end > CHILD_WORDS_MAX - 1 ? end - (CHILD_WORDS_MAX - 1) : 0;
    ssize_t length = pread(child->output, out, CHILD_WORDS_MAX - 1, start);
    if (length < 0)
        length = 0;
    out[length] = '\0';
    for (ssize_t i = 0; i < length; i++) {
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
