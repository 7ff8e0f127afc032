/* SPDX-License-Identifier: ISC */
/* unread: a file of domains that cannot be read: whether it harms all or its own domains, which
 * stay then as they were. */
#ifndef COMMON_CONFIG_UNREAD_H
#define COMMON_CONFIG_UNREAD_H

#include "common/config/draft.h"

/* What cannot be read. */
enum unread_kind {
    UNREAD_NAMED, /* a directory or list that [server] names: if it is not there, that is wrong */
    UNREAD_ENTRY, /* a file of an included directory */
};

/* Says the error, of this errno, at the place, and notes the path. The whole is refused where the
 * line of [server] is at fault, where another try may do better (no memory, no descriptors), or
 * where the running server's sandbox is in the way, as it is not after a restart. advice: the
 * sentence's end. */
void unread_note(struct draft *draft, enum unread_kind kind, const char *path, int cause,
                 struct config_place place, const char *sentence, const char *advice);

/* After all is read: keeps the domains that the configuration before had from those files, or from
 * the files of those directories, as broken ones. */
void unread_keep_domains(struct draft *draft);

#endif
