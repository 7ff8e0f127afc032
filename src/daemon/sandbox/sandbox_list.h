/* SPDX-License-Identifier: ISC */
/* sandbox_list: the table of system calls that the server makes, some with limited arguments, and
 * those that only an intruder would make. */
#ifndef DAEMON_SANDBOX_SANDBOX_LIST_H
#define DAEMON_SANDBOX_SANDBOX_LIST_H

#ifdef HAVE_SECCOMP

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of libseccomp: negative where this kind of machine has no such call. */
struct sandbox_list {
    const int *calls;
    size_t count;
};

extern const struct sandbox_list sandbox_list_allowed;
extern const struct sandbox_list sandbox_list_deadly;

/* The call is allowed where each of these holds; it may have several such conditions. */
struct sandbox_condition {
    int call;
    unsigned count;
    struct scmp_arg_cmp must[3]; /* SCMP_CMP_MASKED_EQ all: datum_a is the mask */
};

#define SANDBOX_LIST_CONDITIONS 40

/* Of this very process, whose number is in them. Returns how many. */
size_t sandbox_list_conditions(struct sandbox_condition out[SANDBOX_LIST_CONDITIONS]);

#endif

#endif
