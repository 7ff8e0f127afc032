/* SPDX-License-Identifier: ISC */
/* sandbox_calls: which system calls may be made (seccomp). */
#include "sandbox_calls.h"

#include "log.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

/* What the server, its libraries, and the C library below them use; and what other C libraries use
 * in their place. */
static const int allowed[] = {
    /* sockets */
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(listen),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    /* descriptors */
    SCMP_SYS(close),
#ifdef __SNR_close_range /* an older libseccomp lacks some of the newer ones */
    SCMP_SYS(close_range),
#endif
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
#ifdef __SNR_epoll_pwait2
    SCMP_SYS(epoll_pwait2),
#endif
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(fcntl),
    SCMP_SYS(ioctl),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pselect6),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(select),
    SCMP_SYS(signalfd4),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    /* files; Landlock says which */
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(inotify_add_watch),
    SCMP_SYS(inotify_init1),
    SCMP_SYS(inotify_rm_watch),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(pread64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(statx),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    /* threads, signals, time */
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
#ifdef __SNR_futex_waitv
    SCMP_SYS(futex_waitv),
#endif
    SCMP_SYS(get_robust_list),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(membarrier),
    SCMP_SYS(nanosleep),
    SCMP_SYS(prlimit64),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(setrlimit),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sysinfo),
    SCMP_SYS(tgkill),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(uname),
    /* what other kinds of machines have in place of some of these */
    SCMP_SYS(_llseek),
    SCMP_SYS(_newselect),
    SCMP_SYS(cacheflush),
    SCMP_SYS(clock_getres_time64),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(fcntl64),
    SCMP_SYS(fstat64),
    SCMP_SYS(fstatat64),
    SCMP_SYS(fstatfs64),
    SCMP_SYS(futex_time64),
    SCMP_SYS(getegid32),
    SCMP_SYS(geteuid32),
    SCMP_SYS(getgid32),
    SCMP_SYS(getuid32),
    SCMP_SYS(lstat64),
    SCMP_SYS(mmap2),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(recv),
    SCMP_SYS(riscv_flush_icache),
    SCMP_SYS(rt_sigtimedwait_time64),
    SCMP_SYS(send),
    SCMP_SYS(set_tls),
    SCMP_SYS(sigreturn),
    SCMP_SYS(stat64),
    SCMP_SYS(statfs64),
    SCMP_SYS(ugetrlimit),
};

/* Nothing here ever makes one of these but an intruder. */
static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
};

/* ---- The unknown ones. */

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
    char line[] = "<4>sandbox: system call ##### is not known here, and failed with EPERM\n";
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

static uint32_t action_for_unknown(void)
{
    struct sigaction action = {.sa_sigaction = refuse_call, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSYS, &action, NULL);
    return SCMP_ACT_TRAP;
}

#else

/* Nobody has said here where the result of a call is kept. */
static uint32_t action_for_unknown(void)
{
    return SCMP_ACT_ERRNO(EPERM);
}

#endif

/* ---- The filter. */

/* A call that this kind of machine does not have is not worth a rule. */
static int add(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int result = calls[i] < 0 ? 0 : seccomp_rule_add(filter, action, calls[i], 0);
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
#ifdef __s390x__ /* whose kernel takes the flags second */
    const struct scmp_arg_cmp is_thread = SCMP_A1(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp is_process = SCMP_A1(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
#else
    const struct scmp_arg_cmp is_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp is_process = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
#endif
    int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, is_thread);
    if (result == 0)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, is_process);
    if (result == 0)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return result;
}

int sandbox_calls_enter(struct error *why)
{
    scmp_filter_ctx filter = seccomp_init(action_for_unknown());
    if (filter == NULL)
        return error_set(why, "sandbox: out of memory");
    /* Else whatever the kernel says comes out as ECANCELED. */
    int result = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
    if (result == 0)
        result = add(filter, SCMP_ACT_ALLOW, allowed, sizeof(allowed) / sizeof(allowed[0]));
    if (result == 0)
        result = add(filter, SCMP_ACT_KILL_PROCESS, deadly, sizeof(deadly) / sizeof(deadly[0]));
    if (result == 0)
        result = add_threads(filter);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result == -EINVAL || result == -ENOSYS) {
        log_line(LOG_LEVEL_NOTICE, "sandbox: this kernel has no seccomp filters, so all system "
                                   "calls may be made");
        return 0;
    }
    return result == 0 ? 0
                       : error_set(why, "sandbox: the filter of system calls cannot be set: %s",
                                   strerror(-result));
}

#else

int sandbox_calls_enter(struct error *why)
{
    (void)why;
    log_line(LOG_LEVEL_NOTICE,
             "sandbox: built without libseccomp, so all system calls may be made");
    return 0;
}

#endif
