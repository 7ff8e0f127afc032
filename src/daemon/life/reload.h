/* SPDX-License-Identifier: ISC */
/* reload: asks a running server for a reload and waits for what comes of it; and the server's side
 * of that: whom to tell, and telling. */
#ifndef DAEMON_LIFE_RELOAD_H
#define DAEMON_LIFE_RELOAD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

/* Who waits for an answer. {0}: nobody, as when `kill` sent the signal. */
struct reload_asker {
    pid_t pid;
    int word; /* of this question; with the pid it names the socket where the answer is awaited */
};

/* Sends SIGHUP to the server, waits, and prints what it says if that is no success. The answer
 * counts only if it comes from that process. Returns an exit status. */
int reload_run(const char *pid);

/* Who sent the SIGHUP. */
struct reload_asker reload_asker_of(const struct signalfd_siginfo *received);

/* Tells the asker, without waiting. refusal: why the old configuration serves on, or NULL. */
void reload_answer(const struct reload_asker *asker, const char *refusal);

#endif
