/* SPDX-License-Identifier: ISC */
/* lintfile: the verb `lint`: checks files offline, and corrects policy files. */
#ifndef CTL_LINT_LINTFILE_H
#define CTL_LINT_LINTFILE_H

/* argv[0] is the verb. Returns the exit status. */
int lintfile_run(int argc, char **argv);

#endif
