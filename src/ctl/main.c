/* SPDX-License-Identifier: ISC */
/* main: the table of verbs. */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "ctl/base/installfile.h"
#include "ctl/base/setup.h"
#include "ctl/certs/certs.h"
#include "ctl/check/survey.h"
#include "ctl/generate/generate.h"
#include "ctl/lint/lintfile.h"
#include "ctl/matching.h"
#include "ctl/records/records.h"
#include "ctl/tlsrpt/tlsrpt.h"

static const struct verb {
    const char *name;
    const char *summary;               /* NULL: for the hooks, and not listed */
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit status */
} verbs[] = {
    {"generate", "a policy for a domain, as a section, a list line, or a file", generate_run},
    {"lint", "what is wrong with a policy, a configuration or a list; puts policies right",
     lintfile_run},
    {"records", "the DNS records to publish, when they may be", records_run},
    {"check", "what senders meet at a domain, and what they do then", survey_run},
    {"match", "whether a policy admits the MX hosts of a domain", matching_run},
    {"tlsrpt", "what the TLS reports of senders say, and whether enforce is safe now", tlsrpt_run},
    {"certs", "which certificates are in use, until when; orders those that are due", certs_run},
    {"install-file", NULL, installfile_run},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void)
{
    puts("Usage: mta-stsctl VERB [OPTIONS]\n"
         "Works beside mta-stsd, the MTA-STS policy server.\n");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (verbs[i].summary != NULL)
            printable_say(stdout, "  %-10s %s", verbs[i].name, verbs[i].summary);
    }
    puts("\n"
         "  -V, --version   print the version\n"
         "  -h, --help      print this; after a verb, that verb's options\n"
         "\n"
         "Exit status: 0 good, 1 something found or failed, 2 usage or failure to run.\n"
         "See mta-stsctl(1).");
}

/* A standard stream that is closed must not become a file or a socket, which would be given what is
 * printed. What stands in its place fails as it did. */
static int hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int wrong_way = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_way) != fd)
            return setup_fail("/dev/null cannot be opened");
    }
    return 0;
}

/* Keys pass through this process, and a parent may have it ignore the ends of its children. */
static int prepare_process(void)
{
    const struct rlimit none = {0};
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return setup_fail("core dumps cannot be ruled out");
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        return setup_fail("SIGCHLD cannot be set to its default");
    return 0;
}

/* What could not be written must not look written: a full disk, a closed pipe. */
static int end(int status)
{
    if (status == SETUP_FAILED || (fflush(stdout) == 0 && !ferror(stdout)))
        return status;
    return setup_fail("standard output cannot be written");
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (hold_standard_streams() != 0 || prepare_process() != 0)
        return SETUP_FAILED;
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(word, verbs[i].name) == 0)
            return end(verbs[i].run(argc - 1, argv + 1));
    }
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
        print_help();
        return end(0);
    }
    if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0) {
        puts("mta-stsctl " PACKAGE_VERSION);
        return end(0);
    }
    if (word[0] == '\0')
        fputs("mta-stsctl: no verb; try 'mta-stsctl --help'\n", stderr);
    else
        printable_say(stderr, "mta-stsctl: \"%s\" is no verb; try 'mta-stsctl --help'", word);
    return SETUP_FAILED;
}
