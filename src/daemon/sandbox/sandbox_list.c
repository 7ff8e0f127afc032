/* SPDX-License-Identifier: ISC */
/* sandbox_list: the table of system calls that the server makes, some with limited arguments, and
 * those that only an intruder would make. */
#include "daemon/sandbox/sandbox_list.h"

#ifdef HAVE_SECCOMP

#include <asm/ioctls.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the server, its libraries, and the C library below them use; and what other C libraries use
 * in their place. */
static const int allowed_calls[] = {
    /* sockets */
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(bind),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(listen),
    SCMP_SYS(recvfrom),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    /* descriptors */
    SCMP_SYS(close),
#ifdef __SNR_close_range /* an older libseccomp lacks some of the newer ones */
    SCMP_SYS(close_range),
#endif
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
#ifdef __s390x__ /* its arguments lie in memory, where no filter looks */
    SCMP_SYS(mmap),
#endif
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
    SCMP_SYS(fstat64),
    SCMP_SYS(fstatat64),
    SCMP_SYS(fstatfs64),
    SCMP_SYS(futex_time64),
    SCMP_SYS(getegid32),
    SCMP_SYS(geteuid32),
    SCMP_SYS(getgid32),
    SCMP_SYS(getuid32),
    SCMP_SYS(lstat64),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(recv),
    SCMP_SYS(riscv_flush_icache),
    SCMP_SYS(rt_sigtimedwait_time64),
    SCMP_SYS(set_tls),
    SCMP_SYS(sigreturn),
    SCMP_SYS(stat64),
    SCMP_SYS(statfs64),
    SCMP_SYS(ugetrlimit),
};

/* Nothing here ever makes one of these but an intruder. */
static const int deadly_calls[] = {
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

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

const struct sandbox_list sandbox_list_allowed = {allowed_calls, COUNT(allowed_calls)};
const struct sandbox_list sandbox_list_deadly = {deadly_calls, COUNT(deadly_calls)};

/* An argument's low 32 bits, or what the mask leaves of them: all that the kernel looks at. */
#define IS(argument, value)           SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, UINT32_MAX, value)
#define MASKED(argument, mask, value) SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value)
#define IS_NULL(argument)             SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, UINT64_MAX, 0)
#define STREAM                        MASKED(1, 0xf, SOCK_STREAM) /* the rest of the argument are flags */

/* What a descriptor is asked or told; nothing that has signals sent, or types into a terminal. */
#define CONTROL(call)                                                                              \
    {call, 1, {IS(1, F_DUPFD)}}, {call, 1, {IS(1, F_DUPFD_CLOEXEC)}}, {call, 1, {IS(1, F_GETFD)}}, \
        {call, 1, {IS(1, F_SETFD)}}, {call, 1, {IS(1, F_GETFL)}},                                  \
    {                                                                                              \
        call, 2,                                                                                   \
        {                                                                                          \
            IS(1, F_SETFL), MASKED(2, O_ASYNC, 0)                                                  \
        }                                                                                          \
    }
#define REQUEST(value)                                                                             \
    {                                                                                              \
        SCMP_SYS(ioctl), 1,                                                                        \
        {                                                                                          \
            IS(1, value)                                                                           \
        }                                                                                          \
    }

/* Memory holds code or data that can be written, as the program began, and never what was data. */
#define NO_CODE(call)                                                                              \
    {                                                                                              \
        call, 1,                                                                                   \
        {                                                                                          \
            MASKED(2, PROT_EXEC, 0)                                                                \
        }                                                                                          \
    }

/* Sockets to listen by TCP, and pairs. There is no connect(2), and none in disguise: bytes go to
 * who is connected already. Nobody but this process gets a signal or another limit. */
size_t sandbox_list_conditions(struct sandbox_condition out[SANDBOX_LIST_CONDITIONS])
{
    const struct sandbox_condition conditions[] = {
        {SCMP_SYS(socket), 3, {IS(0, AF_INET), STREAM, IS(2, 0)}},
        {SCMP_SYS(socket), 3, {IS(0, AF_INET), STREAM, IS(2, IPPROTO_TCP)}},
        {SCMP_SYS(socket), 3, {IS(0, AF_INET6), STREAM, IS(2, 0)}},
        {SCMP_SYS(socket), 3, {IS(0, AF_INET6), STREAM, IS(2, IPPROTO_TCP)}},
        {SCMP_SYS(socketpair), 2, {IS(0, AF_UNIX), STREAM}},
        {SCMP_SYS(sendto), 2, {MASKED(3, MSG_FASTOPEN, 0), IS_NULL(4)}},
        {SCMP_SYS(send), 1, {MASKED(3, MSG_FASTOPEN, 0)}},
        {SCMP_SYS(prlimit64), 1, {IS(0, 0)}},
        {SCMP_SYS(tgkill), 1, {IS(0, (uint32_t)getpid())}},
        CONTROL(SCMP_SYS(fcntl)),
        CONTROL(SCMP_SYS(fcntl64)),
        REQUEST(FIONREAD),
        REQUEST(FIONBIO),
        REQUEST(TIOCOUTQ), /* of a socket, too */
        REQUEST(TCGETS),   /* isatty(3) */
        REQUEST(TIOCGWINSZ),
        NO_CODE(SCMP_SYS(mprotect)),
        NO_CODE(SCMP_SYS(mmap2)),
#if !defined(__s390x__) && !defined(__i386__) && !defined(__arm__) /* where these lie in memory */
        NO_CODE(SCMP_SYS(mmap)),
#endif
    };
    memcpy(out, conditions, sizeof(conditions));
    return COUNT(conditions);
}

#else

typedef int nothing; /* a file of C has something in it */

#endif
