/* SPDX-License-Identifier: ISC */
/* installfile: the verb `install-file`: writes a file for the server atomically, as the owner of
 * its directory; the hooks use it. */
#ifndef CTL_BASE_INSTALLFILE_H
#define CTL_BASE_INSTALLFILE_H

/* argv[0] is the verb. Returns an enum setup_exit. */
int installfile_run(int argc, char **argv);

#endif
