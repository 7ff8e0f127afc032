/* SPDX-License-Identifier: ISC */
/* main: what the command line asks for. */
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "daemon/base/log.h"
#include "daemon/crypto/crypto.h"
#include "daemon/life/check.h"
#include "daemon/life/health.h"
#include "daemon/life/reload.h"
#include "daemon/life/server.h"

#define DEFAULT_CONFIG SYSCONFDIR "/mta-stsd/mta-stsd.ini"

enum {
    EXIT_USAGE = 2,
    OPTION_CHECK_CERTS = 256,
    OPTION_RELOAD,
    OPTION_HEALTH,
};

enum task {
    TASK_SERVE,
    TASK_CHECK,
    TASK_CHECK_CERTS,
    TASK_RELOAD,
    TASK_HEALTH,
};

static const char help[] =
    "Usage: mta-stsd [-c FILE] [--check | --check-certs | --health]\n"
    "       mta-stsd --reload PID\n"
    "Serves MTA-STS policies (RFC 8461) over HTTPS, for many domains, in the foreground.\n"
    "\n"
    "  -c, --config FILE   the configuration (default: " DEFAULT_CONFIG
    ")\n  -t, --check         check the configuration, print all errors, exit 0 or 1\n      "
    "--check-certs   the same, and read every certificate\n      --reload PID    reload that "
    "server, exit 0 when it is done, or 1\n      --health        ask the server that runs here, "
    "exit 0 if it answers, or 1\n  -V, --version       print the version\n  -h, --help          "
    "print this\n\nSIGHUP reloads the configuration; SIGTERM finishes open connections and "
    "stops.\nSee mta-stsd(8) and mta-stsd.ini(5).\n";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check", no_argument, NULL, 't'},
    {"check-certs", no_argument, NULL, OPTION_CHECK_CERTS},
    {"reload", required_argument, NULL, OPTION_RELOAD},
    {"health", no_argument, NULL, OPTION_HEALTH},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* A configuration of 100,000 domains that was replaced shall go back to the system: glibc would
 * raise its threshold for that after the first and keep tens of MB. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

static int perform(enum task task, const char *config, const char *server)
{
    log_open();
    give_memory_back();
    switch (task) {
    case TASK_SERVE:
        break;
    case TASK_CHECK:
    case TASK_CHECK_CERTS:
        return check_run(config, task == TASK_CHECK_CERTS);
    case TASK_RELOAD:
        return reload_run(server);
    case TASK_HEALTH:
        return health_run(config);
    }
    return server_run(config);
}

/* If one of fd 0-2 is closed, the next open() or accept() would reuse it, and receive our log. */
static void open_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", O_RDWR);
}

int main(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG, *server = NULL;
    enum task task = TASK_SERVE;
    open_standard_files();
    int option;
    while ((option = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case OPTION_CHECK_CERTS:
            task = TASK_CHECK_CERTS;
            break;
        case OPTION_RELOAD:
            task = TASK_RELOAD;
            server = optarg;
            break;
        case OPTION_HEALTH:
            task = TASK_HEALTH;
            break;
        case 't':
            task = task == TASK_SERVE ? TASK_CHECK : task;
            break;
        case 'V':
            printf("mta-stsd " PACKAGE_VERSION "\naccelerated cryptography: %s\n",
                   crypto_description());
            return 0;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            fputs("Try 'mta-stsd --help'.\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        printable_say(stderr, "mta-stsd: %s: unexpected argument", argv[optind]);
        return EXIT_USAGE;
    }
    return perform(task, config, server);
}
