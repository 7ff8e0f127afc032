/* SPDX-License-Identifier: ISC */
/* seen: the verb that tells who fetched which policy, and from when on an MX may change. */
#ifndef CTL_SEEN_SEEN_H
#define CTL_SEEN_SEEN_H

/* argv[0] is the verb. Returns the exit status: 0 each domain's MX may change now, 1 one must wait,
 * 2 usage or failure to run. */
int seen_run(int argc, char **argv);

#endif
