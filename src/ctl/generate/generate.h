/* SPDX-License-Identifier: ISC */
/* generate: the verb `generate`: writes sections, list lines, policies, and the files of a web
 * server. */
#ifndef CTL_GENERATE_GENERATE_H
#define CTL_GENERATE_GENERATE_H

/* argv[0] is the verb. Returns the exit status: 0 good, 1 some domain has no policy, 2 usage or
 * failure to run. */
int generate_run(int argc, char **argv);

#endif
