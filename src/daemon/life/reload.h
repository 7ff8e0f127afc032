/* SPDX-License-Identifier: ISC */
/* reload: asks a running server to reload and waits for the result (--reload); and the server side,
 * which tells the result to those who wait. */
#ifndef DAEMON_LIFE_RELOAD_H
#define DAEMON_LIFE_RELOAD_H

#include <poll.h>
#include <stddef.h>

#define RELOAD_ASKERS_MAX 64
#define RELOAD_POLLED_MAX (1 + RELOAD_ASKERS_MAX)

/* The connections of those who wait for an answer. {0}: nobody. */
struct reload_askers {
    size_t count;
    int fds[RELOAD_ASKERS_MAX]; /* owned until reload_answer */
};

/* Connects to the server, sends SIGHUP, waits, and prints what it says if that is no success. The
 * answer counts only if it comes from that process. Returns an exit status. */
int reload_run(const char *pid);

/* Opens the socket to which those who ask connect; before the sandbox. Returns 0, or -1 with errno;
 * then nobody hears of an outcome. */
int reload_open(void);
void reload_close(void);

/* What to poll, so that reload_admit is called when somebody connects or goes. Returns how many. */
size_t reload_poll(struct pollfd out[RELOAD_POLLED_MAX]);

/* Takes in the connections of this process's user and of root, and closes all others, so that
 * nobody else can keep these from connecting. Those that went are let go: who looks for another
 * server connects to this one, too. */
void reload_admit(void);

/* Those who have connected by now: to be called when SIGHUP came, before the files are read, so
 * that the answer is about what they changed. */
void reload_take_askers(struct reload_askers *out);

/* Tells them, without waiting, and closes their connections. refusal: why the old configuration
 * serves on, or NULL. */
void reload_answer(struct reload_askers *askers, const char *refusal);

#endif
