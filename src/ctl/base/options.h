/* SPDX-License-Identifier: ISC */
/* options: the options of a verb's command line, its help and its refusals alike for all verbs. */
#ifndef CTL_BASE_OPTIONS_H
#define CTL_BASE_OPTIONS_H

#include <getopt.h>

#define OPTIONS_READ (-1)

struct options {
    const char *help;
    const char *letters; /* as for getopt */
    const struct option *words;
    /* Keeps one in the verb's order; 0, or the exit status, having said why. */
    int (*take)(void *params, int option, const char *argument);
};

/* argv[0] is the verb; what is no option stands from optind on. Returns OPTIONS_READ, or the exit
 * status, when help was asked for or something refused, and said. */
int options_read(const struct options *options, int argc, char **argv, void *params);

#endif
