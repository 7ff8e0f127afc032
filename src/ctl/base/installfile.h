/* SPDX-License-Identifier: ISC */
/* installfile: the verb by which the hooks write a file for the server: whole, by descriptors, as
 * the owner of its directory. */
#ifndef CTL_BASE_INSTALLFILE_H
#define CTL_BASE_INSTALLFILE_H

/* argv[0] is the verb. Returns an enum setup_exit. */
int installfile_run(int argc, char **argv);

#endif
