/* SPDX-License-Identifier: ISC */
/* preset: the MX patterns of the large mail providers; pure. */
#ifndef CTL_GENERATE_PRESET_H
#define CTL_GENERATE_PRESET_H

#include "ctl/generate/proposal.h"
#include "ctl/net/livemx.h"

struct preset;

/* By its name, "microsoft365" or "google"; NULL: unknown. */
const struct preset *preset_find(const char *name);

/* The host that the provider may have for the domain in the zone that newer customers get: its
 * dots as hyphens, such as contoso-com.o-v1.mx.microsoft. False where there is no further one. */
bool preset_guess(char out[DNSDATA_NAME_MAX], const struct preset *preset, const char *domain,
                  size_t index);

/* Adds its patterns, and those that only some customers have if the live MX hosts, which may be
 * none, need them, or guessed does: a host of preset_guess that is in DNS, or NULL. Notes for which
 * hosts of the zone of newer customers the policy holds, and who says so. Returns 0, or -1 with
 * why. */
int preset_apply(const struct preset *preset, struct proposal *proposal, const struct livemx *mx,
                 const char *guessed, struct error *why);

#endif
