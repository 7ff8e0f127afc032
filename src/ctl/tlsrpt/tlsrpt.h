/* SPDX-License-Identifier: ISC */
/* tlsrpt: the verb that reads TLS reports, sums them up, and says whether enforce is safe. */
#ifndef CTL_TLSRPT_TLSRPT_H
#define CTL_TLSRPT_TLSRPT_H

/* argv[0] is the verb. Returns the exit status: 0 nothing failed, 1 sessions failed or something
 * could not be read, 2 usage, or nothing to sum up. */
int tlsrpt_run(int argc, char **argv);

#endif
