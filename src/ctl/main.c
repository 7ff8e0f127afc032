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
#include "ctl/base/descriptors.h"
#include "ctl/base/installfile.h"
#include "ctl/base/setup.h"
#include "ctl/certs/certs.h"
#include "ctl/check/survey.h"
#include "ctl/generate/generate.h"
#include "ctl/lint/lintfile.h"
#include "ctl/matching.h"
#include "ctl/records/records.h"
#include "ctl/seen/seen.h"
#include "ctl/tlsrpt/tlsrpt.h"

static const struct verb {
    const char *name;
    const char *summary;               /* NULL: for the hooks, not listed */
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit status */
} verbs[] = {
    {"generate", "create a policy as a section, a list line or a file", generate_run},
    {"lint", "check policies, configurations and lists; correct policies", lintfile_run},
    {"records", "print the DNS records to publish, once that is safe", records_run},
    {"check", "check a domain as senders see it, predict what they do", survey_run},
    {"match", "tell whether a policy allows the MX hosts of a domain", matching_run},
    {"tlsrpt", "summarise TLS reports; tell whether enforce is safe now", tlsrpt_run},
    {"seen", "tell who fetched which policy, and when an MX may change", seen_run},
    {"certs", "list the certificates in use; order those that are due", certs_run},
    {"install-file", NULL, installfile_run},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(void)
{
    puts("Usage: mta-stsctl COMMAND [OPTIONS]\n"
         "Does everything around mta-stsd, the MTA-STS policy server, except serving.\n");
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (verbs[i].summary != NULL)
            printable_say(stdout, "  %-10s %s", verbs[i].name, verbs[i].summary);
    }
    puts("\n"
         "  -V, --version   print the version\n"
         "  -h, --help      print this; after a command, that command's options\n"
         "\n"
         "Exit status: 0 success, 1 something was found or failed, 2 usage error or\n"
         "failure. `mta-stsctl help COMMAND` is the same as `mta-stsctl COMMAND --help`.\n"
         "See mta-stsctl(1).");
}

/* Opens what is closed of descriptors 0 to 2, so that no file or socket that we open later receives
 * our output. Using the placeholder fails, as using a closed descriptor does. */
static int hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int wrong_way = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", wrong_way) != fd)
            return setup_fail("/dev/null cannot be opened");
    }
    return 0;
}

/* No core dumps, as this process handles keys; SIGCHLD as by default, as a parent may have ignored
 * it; and descriptors for all connections that are open at a time. */
static int prepare_process(void)
{
    const struct rlimit none = {0};
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return setup_fail("core dumps cannot be disabled");
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        return setup_fail("SIGCHLD cannot be set to its default");
    descriptors_raise();
    return 0;
}

/* Output that could not be written (a full disk, a closed pipe) is a failure. */
static int end(int status)
{
    if (status == SETUP_FAILED || (fflush(stdout) == 0 && !ferror(stdout)))
        return status;
    return setup_fail("standard output cannot be written");
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    }
    return NULL;
}

static int fail_unknown(const char *word)
{
    if (word[0] == '\0')
        return setup_fail("no command given; try 'mta-stsctl --help'");
    return setup_fail("unknown command \"%s\"; try 'mta-stsctl --help'", word);
}

/* `help`, `help COMMAND`. */
static int help_with(char *command)
{
    const struct verb *verb = command != NULL ? find_verb(command) : NULL;
    char *words[] = {command, (char[]){"--help"}, NULL};
    if (command != NULL)
        return verb != NULL ? verb->run(2, words) : fail_unknown(command);
    print_help();
    return SETUP_FINE;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (hold_standard_streams() != 0 || prepare_process() != 0)
        return SETUP_FAILED;
    const struct verb *verb = find_verb(word);
    if (verb != NULL)
        return end(verb->run(argc - 1, argv + 1));
    if (strcmp(word, "help") == 0)
        return end(help_with(argv[2]));
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
        return end(help_with(NULL));
    if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0) {
        puts("mta-stsctl " PACKAGE_VERSION);
        return end(SETUP_FINE);
    }
    return fail_unknown(word);
}
