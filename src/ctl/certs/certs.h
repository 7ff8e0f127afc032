/* SPDX-License-Identifier: ISC */
/* certs: the verb that lists the certificates, says what is due, and has it renewed. */
#ifndef CTL_CERTS_CERTS_H
#define CTL_CERTS_CERTS_H

/* argv[0] is the verb. Returns the exit status: 0 good, 1 something found or failed, 2 usage or
 * failure to run. */
int certs_run(int argc, char **argv);

#endif
