/* SPDX-License-Identifier: ISC */
/* sandbox_calls: which system calls may be made (seccomp). */
#include "sandbox_calls.h"

#include "log.h"
#include "sandbox_unknown.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
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
    int result = add(filter, SCMP_ACT_ALLOW, allowed, sizeof(allowed) / sizeof(allowed[0]));
    if (result == 0)
        result = add(filter, SCMP_ACT_KILL_PROCESS, deadly, sizeof(deadly) / sizeof(deadly[0]));
    if (result == 0)
        result = add_threads(filter);
    if (result == 0)
        result = export_to(out, filter);
    seccomp_release(filter);
    return result;
}

/* ---- What came out: libseccomp 2.5.4 can lose rules while it translates them without memory, and
 * call that a success. */

static bool is_among(int number, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i] == number)
            return true;
    return false;
}

static uint32_t wanted_answer(int number, bool is_thread)
{
    if (number == SCMP_SYS(clone))
        return is_thread ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM);
    if (number == SCMP_SYS(clone3))
        return SCMP_ACT_ERRNO(ENOSYS);
    if (is_among(number, allowed, sizeof(allowed) / sizeof(allowed[0])))
        return SCMP_ACT_ALLOW;
    if (is_among(number, deadly, sizeof(deadly) / sizeof(deadly[0])))
        return SCMP_ACT_KILL_PROCESS;
    return unknown_action();
}

static bool answers(const struct sandbox_filter *filter, uint32_t machine, int number,
                    uint64_t flags, uint32_t wanted)
{
    uint32_t answer;
    struct seccomp_data call = {.nr = number, .arch = machine, .args[CLONE_FLAGS] = flags};
    return sandbox_filter_answer(filter, &call, &answer) && answer == wanted;
}

/* By whatever it is called with, and from whatever kind of program. */
static bool answers_well(const struct sandbox_filter *filter, int number)
{
    const uint32_t machine = seccomp_arch_native();
    const uint64_t thread = CLONE_THREAD;
    const uint32_t of_thread = wanted_answer(number, true);
    const uint32_t of_process = wanted_answer(number, false);
    return answers(filter, machine, number, thread, of_thread) &&
           answers(filter, machine, number, UINT64_MAX, of_thread) &&
           answers(filter, machine, number, 0, of_process) &&
           answers(filter, machine, number, ~thread, of_process) &&
           answers(filter, ~machine, number, thread, SCMP_ACT_KILL_THREAD);
}

static bool answer_well(const struct sandbox_filter *filter, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i] >= 0 && !answers_well(filter, calls[i]))
            return false;
    return true;
}

bool sandbox_calls_are_whole(const struct sandbox_filter *filter)
{
    for (int number = -1; number < NUMBERS; number++) /* -1: a tracer had it left out */
        if (!answers_well(filter, number))
            return false;
    return answer_well(filter, allowed, sizeof(allowed) / sizeof(allowed[0])) &&
           answer_well(filter, deadly, sizeof(deadly) / sizeof(deadly[0]));
}

int sandbox_calls_enter(struct error *why)
{
    static struct sandbox_filter filter;
    int result = sandbox_calls_make(&filter);
    if (result == 0 && !sandbox_calls_are_whole(&filter))
        return error_set(why, "sandbox: the filter of system calls came out incomplete, as it does "
                              "when memory is out");
    sandbox_unknown_await();
    if (result == 0)
        result = sandbox_filter_enter(&filter);
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
