/* SPDX-License-Identifier: ISC */
/* main: what the command line asks for. */
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "log.h"
#include "server.h"

#define DEFAULT_CONFIG SYSCONFDIR "/mta-stsd/mta-stsd.ini"

enum {
    EXIT_USAGE = 2,
    OPTION_CHECK_CERTS = 256,
};

static const char help[] =
    "Usage: mta-stsd [-c FILE] [--check | --check-certs]\n"
    "Serves MTA-STS policies (RFC 8461) over HTTPS, for many domains, in the foreground.\n"
    "\n"
    "  -c, --config FILE   the configuration (default: " DEFAULT_CONFIG ")\n"
    "  -t, --check         load the configuration, say all that is wrong, exit 0 or 1\n"
    "      --check-certs   the same, and read every certificate\n"
    "  -V, --version       print the version\n"
    "  -h, --help          print this\n"
    "\n"
    "SIGHUP reloads the configuration; SIGTERM ends what is open and stops.\n"
    "See mta-stsd(8) and mta-stsd.ini(5).\n";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check", no_argument, NULL, 't'},
    {"check-certs", no_argument, NULL, OPTION_CHECK_CERTS},
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

/* Else a file, or a client, would get the number of the one that is missing, and the log with it.
 */
static void open_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", O_RDWR);
}

int main(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG;
    open_standard_files();
    bool checks = false, checks_certs = false;
    int option;
    while ((option = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case OPTION_CHECK_CERTS:
            checks_certs = true;
            checks = true;
            break;
        case 't':
            checks = true;
            break;
        case 'V':
            puts("mta-stsd " PACKAGE_VERSION);
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
        fprintf(stderr, "mta-stsd: %s: no arguments are taken beside options\n", argv[optind]);
        return EXIT_USAGE;
    }
    log_open();
    give_memory_back();
    return checks ? check_run(config, checks_certs) : server_run(config);
}
