/* SPDX-License-Identifier: ISC */
/* test_sandbox: what a process within may do, tried by children that are not asked to be gentle. */
#include "daemon/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/sandbox/sandbox_calls.h"
#include "test.h"

enum { ENTER_FAILED = 90 };

static char home[64];
static char inside[PATH_MAX];  /* in the tree of the pattern */
static char sibling[PATH_MAX]; /* beside it, where links lead */
static char outside[PATH_MAX];
static char shared[64];        /* a directory in one of the system's */
static char neighbour[64];     /* beside that */
static char renewed[PATH_MAX]; /* beside the configuration, whose path is relative */

static void put(char out[PATH_MAX], const char *directory, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", home, directory);
    mkdir(path, 0755);
    CHECK(snprintf(out, PATH_MAX, "%s/%s/%s", home, directory, name) < PATH_MAX);
    int fd = open(out, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CHECK(fd >= 0, "%s", strerror(errno));
    close(fd);
}

static void begin(void)
{
    char under[PATH_MAX];
    snprintf(home, sizeof(home), "/tmp/mta-stsd-sandbox-XXXXXX");
    if (mkdtemp(home) == NULL)
        abort();
    put(under, "served", "x");
    put(inside, "served/live", "x");
    put(sibling, "served/archive", "x");
    put(outside, "other", "x");
    snprintf(shared, sizeof(shared), "/var/tmp/mta-stsd-sandbox-XXXXXX");
    snprintf(neighbour, sizeof(neighbour), "/var/tmp/mta-stsd-beside-XXXXXX");
    CHECK(mkdtemp(shared) != NULL);
    CHECK(close(mkstemp(neighbour)) == 0);
    put(under, "etc", "own.ini");
    put(renewed, "etc", "renewed.ini");
}

/* What the child's function returned within the sandbox, or 128 and the signal that ended it. */
static int try_within(int (*action)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        char pattern[PATH_MAX];
        char other[PATH_MAX];
        const char *patterns[] = {pattern, other};
        const char *files[] = {"own.ini"};
        struct filelist list = {.paths = files, .count = 1};
        struct config config = {.patterns = patterns,
                                .pattern_count = 2,
                                .files = &list,
                                .acme = {.challenges = "/run/mta-stsd/challenges"}};
        struct error why;
        char directory[PATH_MAX];
        snprintf(directory, sizeof(directory), "%s/etc", home);
        if (chdir(directory) != 0)
            _exit(ENTER_FAILED);
        snprintf(pattern, sizeof(pattern), "%s/served/live/%%h.pem", home);
        snprintf(other, sizeof(other), "%s/%%h.pem", shared);
        config.server.sandbox = true;
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        _exit(sandbox_enter(&config, &why) == 0 ? action() : ENTER_FAILED);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Each returns the errno of what it tried, 0 when that worked. */

static int open_for(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    return fd >= 0 ? 0 : errno;
}

static int read_inside(void)
{
    return open_for(inside, O_RDONLY);
}

static int read_sibling(void)
{
    return open_for(sibling, O_RDONLY);
}

static int read_renewed(void)
{
    return open_for(renewed, O_RDONLY);
}

static int read_outside(void)
{
    return open_for(outside, O_RDONLY);
}

static int read_beside(void)
{
    return open_for(neighbour, O_RDONLY);
}

static int list_shared(void)
{
    return open_for(shared, O_RDONLY | O_DIRECTORY);
}

static int write_inside(void)
{
    return open_for(inside, O_WRONLY);
}

static int create_inside(void)
{
    char path[PATH_MAX + 4];
    snprintf(path, sizeof(path), "%s.new", inside);
    return open_for(path, O_WRONLY | O_CREAT);
}

static int remove_inside(void)
{
    return unlink(inside) == 0 ? 0 : errno;
}

static int denies_outside_alone(void)
{
    return sandbox_denies(outside) && !sandbox_denies(inside) && !sandbox_denies(sibling) ? 0 : 1;
}

/* Where somebody listens, outside. */
static struct sockaddr_in somebody;

static void listen_outside(void)
{
    socklen_t length = sizeof(somebody);
    somebody = (struct sockaddr_in){.sin_family = AF_INET};
    somebody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(fd, (struct sockaddr *)&somebody, length) == 0 && listen(fd, 5) == 0 &&
          getsockname(fd, (struct sockaddr *)&somebody, &length) == 0);
}

static int connect_out(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(fd, (struct sockaddr *)&somebody, sizeof(somebody)) == 0 ? 0 : errno;
}

static int connect_out_fast(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    return sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&somebody, sizeof(somebody)) == 1
               ? 0
               : errno;
}

static int connect_out_by_message(void)
{
    char byte = 'x';
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_name = &somebody, .msg_namelen = sizeof(somebody), .msg_iov = &part, .msg_iovlen = 1};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return sendmsg(fd, &message, MSG_FASTOPEN) == 1 ? 0 : errno;
}

static int open_socket(int family, int type, int protocol)
{
    return socket(family, type | SOCK_CLOEXEC, protocol) >= 0 ? 0 : errno;
}

static int open_listener(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && listen(fd, 5) == 0 ? 0 : errno;
}

static int open_datagrams(void)
{
    return open_socket(AF_INET, SOCK_DGRAM, 0);
}

static int open_multipath(void)
{
    return open_socket(AF_INET, SOCK_STREAM, 262); /* IPPROTO_MPTCP */
}

static int open_local(void)
{
    return open_socket(AF_UNIX, SOCK_STREAM, 0);
}

static int open_netlink(void)
{
    return open_socket(AF_NETLINK, SOCK_RAW, 0);
}

static int open_pair(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 &&
                   send(ends[0], "x", 1, MSG_NOSIGNAL) == 1
               ? 0
               : errno;
}

static int open_pair_of_datagrams(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
}

static int signal_another(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), SIGURG) == 0 ? 0 : errno;
}

static int signal_itself(void)
{
    return signal(SIGURG, SIG_IGN) != SIG_ERR && raise(SIGURG) == 0 ? 0 : errno;
}

static int ask_for_anothers_limits(void)
{
    struct rlimit limit;
    return prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) == 0 ? 0 : errno;
}

static void *end_thread(void *argument)
{
    return argument;
}

static int start_thread(void)
{
    pthread_t thread;
    int result = pthread_create(&thread, NULL, end_thread, NULL);
    if (result == 0)
        result = pthread_join(thread, NULL);
    return result;
}

static int start_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static int start_process(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child > 0 ? 0 : errno;
}

static int make_unknown_call(void)
{
    int silent = open("/dev/null", O_WRONLY | O_CLOEXEC); /* refused, too; nothing else changes */
    (void)silent;
    return syscall(SYS_umask, 0) >= 0 ? 0 : errno;
}

static int has_no_core_and_no_capability(void)
{
    struct rlimit limit;
    FILE *unreadable = fopen("/proc/self/status", "re");
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 && unreadable == NULL &&
                   setuid(0) != 0
               ? 0
               : 1;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_INSTRUMENTED 1
#else
#define IS_INSTRUMENTED 0
#endif

static void a_process_within_reads_its_trees_and_does_nothing_else(void)
{
    static const struct {
        const char *name;
        int (*action)(void);
        int ending;
    } rows[] = {
        {"reads its files", read_inside, 0},
        {"reads what links lead to", read_sibling, 0},
        {"reads what takes the place of its configuration", read_renewed, 0},
        {"starts threads", start_thread, 0},
        {"knows what is denied", denies_outside_alone, 0},
        {"lists a tree in a directory of the system's", list_shared, 0},
        {"reads what stands beside that tree", read_beside, EACCES},
        {"reads other files", read_outside, EACCES},
        {"writes", write_inside, EACCES},
        {"creates", create_inside, EACCES},
        {"removes", remove_inside, EPERM}, /* no known call; EACCES without seccomp */
        {"starts a program", start_program, 128 + SIGSYS},
        {"makes an unknown call", make_unknown_call, EPERM},
        {"starts a process", start_process, EPERM},
#ifdef HAVE_SECCOMP
        {"connects", connect_out, EPERM},
        {"connects by TCP Fast Open", connect_out_fast, EPERM},
        {"connects by a message", connect_out_by_message, EPERM},
        {"sends datagrams", open_datagrams, EPERM},
        {"opens a multipath socket", open_multipath, EPERM},
        {"opens a socket of local programs", open_local, EPERM},
        {"opens a socket of the kernel", open_netlink, EPERM},
        {"opens a pair that could send elsewhere", open_pair_of_datagrams, EPERM},
        {"signals another process", signal_another, EPERM},
        {"looks at the limits of another process", ask_for_anothers_limits, EPERM},
#endif
        {"listens", open_listener, 0},
        {"opens a pair", open_pair, 0},
        {"signals itself", signal_itself, 0},
    };
    begin();
    listen_outside();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !IS_INSTRUMENTED; i++) {
        int ending = try_within(rows[i].action);
        CHECK(ending == rows[i].ending, "%s: %d", rows[i].name, ending);
    }
    int ending = IS_INSTRUMENTED ? 0 : try_within(has_no_core_and_no_capability);
    CHECK(ending == 0, "dumps or is root: %d", ending);
    CHECK(unlink(neighbour) == 0 && rmdir(shared) == 0);
}

/* As libseccomp leaves rules out, or gives them other answers, when it lacks memory. */
static void a_filter_with_a_fault_is_not_whole(void)
{
#ifdef HAVE_SECCOMP
    static struct sandbox_filter whole, faulty;
    CHECK(sandbox_calls_make(&whole) == 0 && sandbox_calls_are_whole(&whole));
    for (size_t i = 0; i < whole.length; i++) {
        faulty = whole;
        faulty.length = i;
        CHECK(!sandbox_calls_are_whole(&faulty), "cut before %zu", i);
        faulty.length = whole.length - 1;
        memmove(&faulty.program[i], &whole.program[i + 1],
                (faulty.length - i) * sizeof(whole.program[0]));
        CHECK(!sandbox_calls_are_whole(&faulty), "without %zu", i);
        faulty = whole;
        faulty.program[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG);
        CHECK(!sandbox_calls_are_whole(&faulty), "another answer at %zu", i);
    }
#endif
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_filter_with_a_fault_is_not_whole),
        TEST(a_process_within_reads_its_trees_and_does_nothing_else),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
