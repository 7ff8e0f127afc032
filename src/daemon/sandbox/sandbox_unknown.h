/* SPDX-License-Identifier: ISC */
/* sandbox_unknown: makes a forbidden system call fail, and logs it once. */
#ifndef DAEMON_SANDBOX_SANDBOX_UNKNOWN_H
#define DAEMON_SANDBOX_SANDBOX_UNKNOWN_H

#include <stdbool.h>

/* Whether that can be done on this kind of machine: then such a call is to raise SIGSYS. */
bool sandbox_unknown_is_handled(void);

/* From here on SIGSYS is handled, where it can be. */
void sandbox_unknown_await(void);

#endif
