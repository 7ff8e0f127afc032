/* SPDX-License-Identifier: ISC */
/* unread: handles a file of domains that cannot be read: it either refuses the whole configuration,
 * or its own domains stay as they were. */
#ifndef COMMON_CONFIG_UNREAD_H
#define COMMON_CONFIG_UNREAD_H

#include "common/config/draft.h"

/* What cannot be read. */
enum unread_kind {
    UNREAD_NAMED, /* a directory or list that [server] names: if it is not there, that is wrong */
    UNREAD_ENTRY, /* a file of an included directory */
};

/* Reports that a path cannot be read, and notes it. cause: the errno. sentence: what is wrong.
 * missing: as for unread_advice. The whole configuration is refused where the line of [server] is
 * wrong, where another try may succeed (no memory, no descriptors), and where the running server's
 * sandbox denies what a restart would allow. */
void unread_note(struct draft *draft, enum unread_kind kind, const char *path, int cause,
                 struct config_place place, const char *sentence, const char *missing);

/* Returns what to do about a path that fails with this errno, as the end of a sentence; "" where
 * there is no advice. missing: the advice where nothing is there. Lives as long as the draft. */
const char *unread_advice(struct draft *draft, const char *path, int cause, const char *missing);

/* After all is read: keeps the domains that the configuration before had from those files, or from
 * the files of those directories, as broken ones. */
void unread_keep_domains(struct draft *draft);

#endif
