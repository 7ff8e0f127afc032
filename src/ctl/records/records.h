/* SPDX-License-Identifier: ISC */
/* records: the verb `records`: prints the DNS records to publish. */
#ifndef CTL_RECORDS_RECORDS_H
#define CTL_RECORDS_RECORDS_H

/* argv[0] is the verb. Returns the exit status: 0 good, 1 something was held back, 2 usage or
 * failure to run. */
int records_run(int argc, char **argv);

#endif
