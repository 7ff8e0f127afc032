/* SPDX-License-Identifier: ISC */
/* journalread: the lines that the server wrote to systemd's journal. */
#ifndef CTL_SEEN_JOURNALREAD_H
#define CTL_SEEN_JOURNALREAD_H

#include "common/base/error.h"
#include "ctl/seen/logreader.h"

/* By journalctl(1), as a child: it knows all versions of the journal's files, packed fields, and
 * several machines' journals in the order of their times, and needs no library of systemd here. An
 * entry's MESSAGE is the line that a file has. */

/* What journald itself noted of the sender, so that nobody else can write such an entry. */
#define JOURNALREAD_MATCH "_SYSTEMD_UNIT=mta-stsd.service"

/* Reads each entry that fits the match, a FIELD=value, from the oldest on. Returns 0, or -1 with
 * why. */
int journalread_run(const char *match, logreader_line *take, void *context, struct error *why);

#endif
