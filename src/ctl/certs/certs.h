/* SPDX-License-Identifier: ISC */
/* certs: the verb `certs`: lists the certificates, plans and runs renewals. */
#ifndef CTL_CERTS_CERTS_H
#define CTL_CERTS_CERTS_H

/* argv[0] is the verb. Returns the exit status: 0 good, 1 something found or failed, 2 usage or
 * failure to run. */
int certs_run(int argc, char **argv);

#endif
