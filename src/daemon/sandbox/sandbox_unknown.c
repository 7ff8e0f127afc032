/* SPDX-License-Identifier: ISC */
/* sandbox_unknown: makes a forbidden system call fail, and logs it once. */
#include "daemon/sandbox/sandbox_unknown.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "daemon/base/log.h"

#if defined(__x86_64__)
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#endif

#ifdef RESULT

#define CALLS_MAX 1024

static _Atomic uint64_t told[CALLS_MAX / 64];

/* Each number once. In a handler, so without stdio and without a lock. */
static void tell(unsigned number)
{
    char line[] = "<4>sandbox: system call ##### is not allowed here, and failed with EPERM\n";
    size_t start = log_has_prefix() ? 0 : 3;
    char *digit = strrchr(line, '#');
    uint64_t bit = UINT64_C(1) << (number % 64);
    if (number < CALLS_MAX && (atomic_fetch_or(&told[number / 64], bit) & bit) != 0)
        return;
    for (; *digit == '#'; digit--, number /= 10)
        *digit = (char)('0' + number % 10);
    if (write(STDERR_FILENO, line + start, sizeof(line) - 1 - start) < 0)
        return; /* nobody is left to tell */
}

static void refuse_call(int signal, siginfo_t *info, void *argument)
{
    ucontext_t *context = argument;
    int before = errno;
    (void)signal;
    tell((unsigned)info->si_syscall);
    errno = before;
    RESULT(context) = -EPERM;
}

bool sandbox_unknown_is_handled(void)
{
    return true;
}

void sandbox_unknown_await(void)
{
    struct sigaction action = {.sa_sigaction = refuse_call, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSYS, &action, NULL);
}

#else

/* Nobody has said here where the result of a call is kept. */
bool sandbox_unknown_is_handled(void)
{
    return false;
}

void sandbox_unknown_await(void)
{
}

#endif
