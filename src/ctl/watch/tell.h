/* SPDX-License-Identifier: ISC */
/* tell: sends digests by sendmail(1), and gives them to a command. */
#ifndef CTL_WATCH_TELL_H
#define CTL_WATCH_TELL_H

#include "common/config/config.h"
#include "ctl/watch/digest.h"

#define TELL_BOUND_S 60 /* a program that takes longer is ended, and has failed */

/* Whether the configuration names a mail address or a command. */
bool tell_is_on(const struct config_watch *watch);

/* Puts the digest on disk, in the directory, for tell_run. Returns 0, or -1 with why. */
int tell_hold(const struct digest *digest, const struct config_watch *watch, const char *directory,
              struct error *why);

/* Sends what is held there, and says on stderr what became of it. What fails is held for the next
 * time. The programs are run without a shell, with no argument but those of sendmail. Returns 0 if
 * nothing is left, or -1. */
int tell_run(const struct config_watch *watch, const char *directory);

#endif
