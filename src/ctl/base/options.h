/* SPDX-License-Identifier: ISC */
/* options: parses a verb's command line, with the same help and error messages for all verbs. */
#ifndef CTL_BASE_OPTIONS_H
#define CTL_BASE_OPTIONS_H

#include <getopt.h>

#define OPTIONS_READ (-1)

struct options {
    const char *help;
    const char *letters; /* as for getopt_long */
    const struct option *words;
    /* Stores one option in the verb's params; returns 0, or the exit status after printing why. */
    int (*take)(void *params, int option, const char *argument);
};

/* argv[0] is the verb; the other arguments begin at optind. Returns OPTIONS_READ, or the exit
 * status after printing the help or an error. */
int options_read(const struct options *options, int argc, char **argv, void *params);

#endif
