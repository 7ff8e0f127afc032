/* SPDX-License-Identifier: ISC */
/* options: parses a verb's command line, with the same help and error messages for all verbs. */
#include "ctl/base/options.h"

#include <stdio.h>

#include "ctl/base/setup.h"

enum { NAME_SIZE = 64 };

int options_read(const struct options *options, int argc, char **argv, void *params)
{
    static char name[NAME_SIZE]; /* stays in argv */
    const char *verb = argv[0];
    int status = 0;
    int option;
    snprintf(name, sizeof(name), "mta-stsctl: %s", verb);
    argv[0] = name; /* the prefix of getopt's messages */
    while (status == 0 &&
           (option = getopt_long(argc, argv, options->letters, options->words, NULL)) != -1) {
        if (option == 'h') {
            fputs(options->help, stdout);
            return SETUP_FINE;
        }
        if (option == '?') {
            fprintf(stderr, "Try 'mta-stsctl %s --help'.\n", verb);
            return SETUP_FAILED;
        }
        status = options->take(params, option, optarg);
    }
    return status == 0 ? OPTIONS_READ : status;
}
