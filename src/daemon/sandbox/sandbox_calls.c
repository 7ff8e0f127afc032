/* SPDX-License-Identifier: ISC */
/* sandbox_calls: which system calls may be made (seccomp). */
#include "daemon/sandbox/sandbox_calls.h"

#include "daemon/base/log.h"
#include "daemon/sandbox/sandbox_unknown.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "daemon/sandbox/sandbox_list.h"
#include "daemon/sandbox/sandbox_send.h"

/* ---- The filter. */

#define NUMBERS 1024 /* of system calls: kernels have some 470 */

#ifdef __s390x__ /* whose kernel takes the flags second */
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

static uint32_t unknown_action(void)
{
    return sandbox_unknown_is_handled() ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(EPERM);
}

/* A call that this kind of machine does not have is not worth a rule. */
static int add(scmp_filter_ctx filter, uint32_t action, const struct sandbox_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        int call = list->calls[i];
        int result = call < 0 ? 0 : seccomp_rule_add(filter, action, call, 0);
        if (result != 0)
            return result;
    }
    return 0;
}

static int add_conditions(scmp_filter_ctx filter)
{
    struct sandbox_condition conditions[SANDBOX_LIST_CONDITIONS];
    size_t count = sandbox_list_conditions(conditions);
    for (size_t i = 0; i < count; i++) {
        const struct sandbox_condition *one = &conditions[i];
        int result = one->call < 0 ? 0
                                   : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, one->call,
                                                            one->count, one->must);
        if (result != 0)
            return result;
    }
    return 0;
}

/* Threads may be made, processes not: that is said here, since the handler of SIGSYS cannot run in
 * a C library that forks with all signals blocked, and the server would end. The flags of clone3
 * lie in memory, where no filter looks; told that there is no such call, the library takes the
 * other. */
static int add_threads(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp is_thread =
        SCMP_CMP(CLONE_FLAGS, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp is_process =
        SCMP_CMP(CLONE_FLAGS, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
    int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, is_thread);
    if (result == 0 && unknown_action() != SCMP_ACT_ERRNO(EPERM)) /* a rule must say more */
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, is_process);
    if (result == 0)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return result;
}

/* By a pipe, which holds the longest filter, and which no limit on the size of files is about. */
static int export_to(struct sandbox_filter *out, scmp_filter_ctx filter)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return -errno;
    int result = seccomp_export_bpf(filter, ends[1]);
    if (result == 0)
        result = sandbox_filter_read(out, ends[0]);
    close(ends[0]);
    close(ends[1]);
    return result;
}

int sandbox_calls_make(struct sandbox_filter *out)
{
    scmp_filter_ctx filter = seccomp_init(unknown_action());
    if (filter == NULL)
        return -ENOMEM;
    int result = add(filter, SCMP_ACT_ALLOW, &sandbox_list_allowed);
    if (result == 0)
        result = add(filter, SCMP_ACT_KILL_PROCESS, &sandbox_list_deadly);
    if (result == 0)
        result = add_conditions(filter);
    if (result == 0)
        result = add_threads(filter);
    if (result == 0)
        result = export_to(out, filter);
    seccomp_release(filter);
    return result;
}

/* ---- What came out: libseccomp 2.5.4 can lose rules while it translates them without memory, and
 * call that a success. */

#define ARGUMENTS 6

static bool is_among(int call, const struct sandbox_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->calls[i] == call)
            return true;
    return false;
}

static bool is_met(const struct sandbox_condition *condition, const struct seccomp_data *call)
{
    for (unsigned i = 0; i < condition->count; i++) {
        const struct scmp_arg_cmp *must = &condition->must[i];
        if ((call->args[must->arg] & must->datum_a) != must->datum_b)
            return false;
    }
    return condition->call == call->nr;
}

/* What is judged, and by what. */
struct judgement {
    const struct sandbox_filter *filter;
    size_t count;
    struct sandbox_condition conditions[SANDBOX_LIST_CONDITIONS];
};

static uint32_t wanted_answer(const struct judgement *judgement, const struct seccomp_data *call)
{
    if (call->arch != seccomp_arch_native())
        return SCMP_ACT_KILL_THREAD;
    if (call->nr == SCMP_SYS(clone))
        return (call->args[CLONE_FLAGS] & CLONE_THREAD) != 0 ? SCMP_ACT_ALLOW
                                                             : SCMP_ACT_ERRNO(EPERM);
    if (call->nr == SCMP_SYS(clone3))
        return SCMP_ACT_ERRNO(ENOSYS);
    if (is_among(call->nr, &sandbox_list_allowed))
        return SCMP_ACT_ALLOW;
    if (is_among(call->nr, &sandbox_list_deadly))
        return SCMP_ACT_KILL_PROCESS;
    for (size_t i = 0; i < judgement->count; i++)
        if (is_met(&judgement->conditions[i], call))
            return SCMP_ACT_ALLOW;
    return unknown_action();
}

static bool answers(const struct judgement *judgement, const struct seccomp_data *call)
{
    uint32_t answer;
    return sandbox_filter_answer(judgement->filter, call, &answer) &&
           answer == wanted_answer(judgement, call);
}

/* With each argument so. */
static bool answers_all(const struct judgement *judgement, struct seccomp_data call, uint64_t value)
{
    for (size_t i = 0; i < ARGUMENTS; i++)
        call.args[i] = value;
    return answers(judgement, &call);
}

/* With arguments that meet the condition, the others being so; and with one bit of each wrong. */
static bool answers_near(const struct judgement *judgement, struct seccomp_data call,
                         const struct sandbox_condition *condition, uint64_t others)
{
    for (size_t i = 0; i < ARGUMENTS; i++)
        call.args[i] = others;
    for (unsigned i = 0; i < condition->count; i++) {
        const struct scmp_arg_cmp *must = &condition->must[i];
        call.args[must->arg] = (others & ~must->datum_a) | must->datum_b;
    }
    if (!answers(judgement, &call))
        return false;
    for (unsigned i = 0; i < condition->count; i++) {
        const struct scmp_arg_cmp *must = &condition->must[i];
        for (uint64_t bit = 1; bit != 0 && bit <= must->datum_a; bit <<= 1) {
            call.args[must->arg] ^= bit & must->datum_a;
            if (!answers(judgement, &call))
                return false;
            call.args[must->arg] ^= bit & must->datum_a;
        }
    }
    return true;
}

/* By whatever it is called with, and from whatever kind of program. */
static bool answers_well(const struct judgement *judgement, int number)
{
    const uint64_t thread = CLONE_THREAD;
    const struct seccomp_data call = {.nr = number, .arch = seccomp_arch_native()};
    const struct seccomp_data foreign = {.nr = number, .arch = ~call.arch};
    for (size_t i = 0; i < judgement->count; i++) {
        const struct sandbox_condition *condition = &judgement->conditions[i];
        if (condition->call == number && (!answers_near(judgement, call, condition, 0) ||
                                          !answers_near(judgement, call, condition, UINT64_MAX)))
            return false;
    }
    return answers_all(judgement, call, 0) && answers_all(judgement, call, UINT64_MAX) &&
           answers_all(judgement, call, thread) && answers_all(judgement, call, ~thread) &&
           answers_all(judgement, foreign, thread);
}

static bool answer_well(const struct judgement *judgement, const struct sandbox_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->calls[i] >= 0 && !answers_well(judgement, list->calls[i]))
            return false;
    return true;
}

bool sandbox_calls_are_whole(const struct sandbox_filter *filter)
{
    struct judgement judgement = {.filter = filter};
    judgement.count = sandbox_list_conditions(judgement.conditions);
    for (int number = -1; number < NUMBERS; number++) /* -1: a tracer had it left out */
        if (!answers_well(&judgement, number))
            return false;
    return answer_well(&judgement, &sandbox_list_allowed) &&
           answer_well(&judgement, &sandbox_list_deadly);
}

int sandbox_calls_enter(struct error *why)
{
    static struct sandbox_filter filter;
    int result = sandbox_calls_make(&filter);
    if (result == 0 && !sandbox_calls_are_whole(&filter))
        return error_set(why,
                         "sandbox: the system call filter is incomplete, as when memory is out");
    sandbox_unknown_await();
    if (result == 0)
        result = sandbox_filter_enter(&filter);
    if (result == 0)
        sandbox_send_begin();
    if (result == -EINVAL || result == -ENOSYS) {
        log_line(LOG_LEVEL_NOTICE,
                 "sandbox: this kernel has no seccomp filters, so all system calls are allowed");
        return 0;
    }
    return result == 0 ? 0
                       : error_set(why, "sandbox: cannot set the system call filter: %s",
                                   strerror(-result));
}

#else

int sandbox_calls_enter(struct error *why)
{
    (void)why;
    log_line(LOG_LEVEL_NOTICE,
             "sandbox: built without libseccomp, so all system calls are allowed");
    return 0;
}

#endif
