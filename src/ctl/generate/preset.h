/* SPDX-License-Identifier: ISC */
/* preset: the MX patterns of the large mail providers; pure. */
#ifndef CTL_GENERATE_PRESET_H
#define CTL_GENERATE_PRESET_H

#include "ctl/generate/proposal.h"
#include "ctl/net/livemx.h"

struct preset;

/* By its name, "microsoft365" or "google"; NULL: unknown. */
const struct preset *preset_find(const char *name);

/* Adds its patterns, and those that only some customers have if the live MX hosts, which may be
 * none, need them; notes where neither those nor the proposal so far have a host of a zone that
 * newer customers get. Returns 0, or -1 with why. */
int preset_apply(const struct preset *preset, struct proposal *proposal, const struct livemx *mx,
                 struct error *why);

#endif
