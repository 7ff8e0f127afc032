/* SPDX-License-Identifier: ISC */
/* sandbox_filter: builds and installs a seccomp filter, and tests what it answers to a call. */
#ifndef DAEMON_SANDBOX_SANDBOX_FILTER_H
#define DAEMON_SANDBOX_SANDBOX_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox_filter {
    size_t length; /* in instructions */
    struct sock_filter program[BPF_MAXINSNS];
};

/* What the descriptor has to give at once. Returns 0, or an errno, negative. */
int sandbox_filter_read(struct sandbox_filter *out, int fd);

/* What the kernel would be told (SECCOMP_RET_...). False where the program comes to no answer, or
 * is not made of the instructions that libseccomp writes. Pure. */
bool sandbox_filter_answer(const struct sandbox_filter *filter, const struct seccomp_data *call,
                           uint32_t *answer);

/* For the calling thread and those it will start, which gain no privileges from here on. Returns 0,
 * or an errno, negative. */
int sandbox_filter_enter(const struct sandbox_filter *filter);

#endif
