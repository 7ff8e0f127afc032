/* SPDX-License-Identifier: ISC */
/* test_syscalls: what the arguments of a system call decide within the filter: each row is tried by
 * a child, which would get through without it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "daemon/sandbox/sandbox_calls.h"
#include "test.h"

enum { ENTER_FAILED = 90 };

/* What an intruder finds in the process, or could have made. */
static struct {
    int pair[2];   /* stream sockets */
    int datagrams; /* a socket that is not connected */
    int connected; /* to .near */
    int far;       /* a socket of somebody else, whose name is .name */
    int terminal;  /* that controls the process */
    int keyboard;  /* its other end */
    char *data;    /* a page to be read and written */
    struct sockaddr_un name;
    socklen_t name_length;
} found;

static int named_socket(struct sockaddr_un *name, socklen_t *length)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    *length = sizeof(*name);
    CHECK(bind(fd, (struct sockaddr *)name, sizeof(name->sun_family)) == 0 &&
          getsockname(fd, (struct sockaddr *)name, length) == 0);
    return fd;
}

static void begin(void)
{
    struct sockaddr_un near;
    socklen_t length;
    found.far = named_socket(&found.name, &found.name_length);
    (void)named_socket(&near, &length);
    found.datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    found.connected = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(connect(found.connected, (struct sockaddr *)&near, length) == 0);
    found.data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(found.data != MAP_FAILED);
}

/* In the child, whose session it becomes, and whose pair bears no flags of others. */
static void prepare(void)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, found.pair) != 0)
        _exit(ENTER_FAILED);
    found.keyboard = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (found.keyboard < 0 || grantpt(found.keyboard) != 0 || unlockpt(found.keyboard) != 0)
        return;
    setsid();
    found.terminal = open(ptsname(found.keyboard), O_RDWR | O_CLOEXEC);
    ioctl(found.terminal, TIOCSCTTY, 0);
}

/* What the child's function returned, or 128 and the signal that ended it. */
static int try_it(int (*action)(void), bool within)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct error why;
        prepare();
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        _exit(!within || sandbox_calls_enter(&why) == 0 ? action() : ENTER_FAILED);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Each returns the errno of what it tried, 0 when that worked. */

static int error_of(long result)
{
    return result >= 0 ? 0 : errno;
}

/* ---- ioctl */

static int type_into_terminal(void)
{
    return error_of(ioctl(found.terminal, TIOCSTI, "x"));
}

/* The kernel takes 32 bits of the request. */
static int type_by_a_long_request(void)
{
    return error_of(syscall(SYS_ioctl, found.terminal, (UINT64_C(1) << 32) | TIOCSTI, "x"));
}

static int own_by_ioctl(void)
{
    int owner = getppid();
    return error_of(ioctl(found.pair[0], FIOSETOWN, &owner));
}

static int signal_by_ioctl(void)
{
    int on = 1;
    return error_of(ioctl(found.pair[0], FIOASYNC, &on));
}

static int change_terminal(void)
{
    struct termios settings;
    return tcgetattr(found.terminal, &settings) == 0
               ? error_of(tcsetattr(found.terminal, TCSANOW, &settings))
               : 0;
}

static int ask_by_ioctl(void)
{
    int value = 1;
    struct termios settings;
    if (ioctl(found.pair[0], FIONREAD, &value) != 0 || ioctl(found.pair[0], TIOCOUTQ, &value) != 0)
        return errno;
    value = 1;
    if (ioctl(found.pair[0], FIONBIO, &value) != 0)
        return errno;
    return error_of(tcgetattr(found.terminal, &settings));
}

/* ---- fcntl */

static int own(void)
{
    return error_of(fcntl(found.pair[0], F_SETOWN, getppid()));
}

static int own_further(void)
{
    struct f_owner_ex owner = {.type = F_OWNER_PID, .pid = getppid()};
    return error_of(fcntl(found.pair[0], F_SETOWN_EX, &owner));
}

static int choose_signal(void)
{
    return error_of(fcntl(found.pair[0], F_SETSIG, SIGKILL));
}

static int signal_when_ready(void)
{
    return error_of(fcntl(found.pair[0], F_SETFL, O_ASYNC | O_NONBLOCK));
}

static int signal_on_change(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return error_of(fcntl(fd, F_NOTIFY, DN_CREATE));
}

static int control_descriptors(void)
{
    int flags = fcntl(found.pair[0], F_GETFL);
    int copy = fcntl(found.pair[0], F_DUPFD_CLOEXEC, 3);
    return flags >= 0 && copy >= 0 && fcntl(found.pair[0], F_SETFL, flags | O_NONBLOCK) == 0 &&
                   fcntl(copy, F_GETFD) == FD_CLOEXEC && fcntl(copy, F_SETFD, FD_CLOEXEC) == 0
               ? 0
               : errno;
}

/* ---- Sending */

static int send_to_name(void)
{
    return error_of(sendto(found.datagrams, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&found.name,
                           found.name_length));
}

static int send_elsewhere(void)
{
    return error_of(sendto(found.connected, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&found.name,
                           found.name_length));
}

static struct msghdr message_to_name(struct iovec *part)
{
    static char byte = 'x';
    *part = (struct iovec){.iov_base = &byte, .iov_len = 1};
    return (struct msghdr){.msg_name = &found.name,
                           .msg_namelen = found.name_length,
                           .msg_iov = part,
                           .msg_iovlen = 1};
}

static int send_message_to_name(void)
{
    struct iovec part;
    struct msghdr message = message_to_name(&part);
    return error_of(syscall(SYS_sendmsg, found.datagrams, &message, MSG_DONTWAIT));
}

static int send_messages_to_names(void)
{
    struct iovec part;
    struct mmsghdr messages[] = {{.msg_hdr = message_to_name(&part)}};
    return error_of(sendmmsg(found.datagrams, messages, 1, MSG_DONTWAIT));
}

static int pass_descriptor(void)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
                            .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS}};
    char byte = 'x';
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    memcpy(CMSG_DATA(&control.header), &found.far, sizeof(int));
    return error_of(sendmsg(found.pair[0], &message, MSG_DONTWAIT));
}

static int send_to_peer(void)
{
    return send(found.connected, "x", 1, MSG_DONTWAIT) == 1 &&
                   send(found.pair[0], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE) == 1
               ? 0
               : errno;
}

/* As libmicrohttpd sends head and body. */
static int send_parts(void)
{
    char said[8] = "";
    struct iovec parts[] = {{.iov_base = "ab", .iov_len = 2}, {.iov_base = "cd", .iov_len = 2}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
        sendmsg(ends[0], &message, MSG_NOSIGNAL) != 4)
        return errno;
    return read(ends[1], said, sizeof(said)) == 4 && strcmp(said, "abcd") == 0 ? 0 : 1;
}

/* ---- Memory */

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
               ? 0
               : errno;
}

static int map_file_as_code(void)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED ? 0 : errno;
}

static int make_code_of_data(void)
{
    return error_of(mprotect(found.data, 4096, PROT_READ | PROT_EXEC));
}

static int make_code_by_key(void)
{
#ifdef SYS_pkey_mprotect
    return error_of(syscall(SYS_pkey_mprotect, found.data, 4096, PROT_READ | PROT_EXEC, -1));
#else
    return EPERM;
#endif
}

static int change_code(void)
{
    uintptr_t page = (uintptr_t)&map_code & ~(uintptr_t)4095;
    return error_of(mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
}

static int use_data(void)
{
    char *more = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED || mprotect(more, 4096, PROT_READ | PROT_WRITE) != 0)
        return errno;
    more[0] = 'x';
    return error_of(munmap(more, 8192));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(HAVE_SECCOMP)
#define HAS_FILTER 0
#else
#define HAS_FILTER 1
#endif

static void arguments_decide_what_a_call_may_do(void)
{
    static const struct {
        const char *name;
        int (*action)(void);
        int ending;
        int outside; /* the ending without the filter; -1: the kernel may not know it */
    } rows[] = {
        {"ioctl types into the terminal", type_into_terminal, EPERM, -1}, /* EIO from 6.2 on */
        {"ioctl types by a request of 64 bits", type_by_a_long_request, EPERM, -1},
        {"ioctl names whom to signal", own_by_ioctl, EPERM, 0},
        {"ioctl has signals sent", signal_by_ioctl, EPERM, 0},
        {"ioctl changes the terminal", change_terminal, EPERM, 0},
        {"ioctl asks what waits", ask_by_ioctl, 0, 0},
        {"fcntl names whom to signal", own, EPERM, 0},
        {"fcntl names whom to signal, further", own_further, EPERM, 0},
        {"fcntl chooses the signal", choose_signal, EPERM, 0},
        {"fcntl has signals sent", signal_when_ready, EPERM, 0},
        {"fcntl has signals sent on changes", signal_on_change, EPERM, 0},
        {"fcntl controls descriptors", control_descriptors, 0, 0},
        {"sendto names another socket", send_to_name, EPERM, 0},
        {"sendto names another than the peer", send_elsewhere, EPERM, 0},
        {"sendmsg names another socket", send_message_to_name, EPERM, 0},
        {"sendmmsg names another socket", send_messages_to_names, EPERM, 0},
        {"sendmsg passes a descriptor", pass_descriptor, EPERM, 0},
        {"send speaks to the peer", send_to_peer, 0, 0},
        {"sendmsg sends parts to the peer", send_parts, 0, 0},
        {"mmap makes code", map_code, EPERM, 0},
        {"mmap takes a file for code", map_file_as_code, EPERM, 0},
        {"mprotect makes code of data", make_code_of_data, EPERM, 0},
        {"mprotect makes code of data by a key", make_code_by_key, EPERM, -1},
        {"mprotect makes code writable", change_code, EPERM, 0},
        {"mmap and mprotect give data", use_data, 0, 0},
    };
    begin();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && HAS_FILTER; i++) {
        int outside = rows[i].outside >= 0 ? try_it(rows[i].action, false) : -1;
        CHECK(outside == rows[i].outside, "%s, without the filter: %d", rows[i].name, outside);
        int ending = try_it(rows[i].action, true);
        CHECK(ending == rows[i].ending, "%s: %d", rows[i].name, ending);
    }
}

/* The whole attack: data arrives, and the kernel sends SIGKILL to another process. */
static void no_event_kills_another_process(void)
{
    if (!HAS_FILTER)
        return;
    pid_t victim = fork();
    if (victim == 0) {
        for (;;)
            pause();
    }
    fflush(stdout);
    pid_t intruder = fork();
    if (intruder == 0) {
        struct error why;
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 ||
            sandbox_calls_enter(&why) != 0)
            _exit(ENTER_FAILED);
        (void)fcntl(ends[0], F_SETSIG, SIGKILL);
        (void)fcntl(ends[0], F_SETOWN, victim);
        (void)fcntl(ends[0], F_SETFL, O_NONBLOCK | O_ASYNC);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(intruder, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", (unsigned)status);
    CHECK(kill(victim, SIGTERM) == 0 && waitpid(victim, &status, 0) == victim &&
              WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
          "%#x", (unsigned)status);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(arguments_decide_what_a_call_may_do),
        TEST(no_event_kills_another_process),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
