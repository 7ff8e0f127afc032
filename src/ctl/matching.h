/* SPDX-License-Identifier: ISC */
/* matching: the verb `match`: whether mail to an MX host is delivered under a policy. */
#ifndef CTL_MATCHING_H
#define CTL_MATCHING_H

/* argv[0] is the verb. Returns the exit status: 0 all match, 1 one does not, 2 usage or failure to
 * run. */
int matching_run(int argc, char **argv);

#endif
