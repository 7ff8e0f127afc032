/* SPDX-License-Identifier: ISC */
/* machine: whether what a run could not see is the fault of this machine's resolver or network. */
#ifndef CTL_WATCH_MACHINE_H
#define CTL_WATCH_MACHINE_H

#include "ctl/watch/sightings.h"

#define MACHINE_PLACES 3 /* fewer addresses without a connection say nothing about this machine */

/* What is wrong here. */
struct machine {
    bool no_dns;     /* most look-ups got no answer */
    bool no_network; /* there was no connection at all */
    bool no_smtp;    /* none to an MX host */
    bool no_ipv6;    /* no route */
};

/* Judges settled sightings, and adds what it finds to them, as DRIFT_MACHINE; they are to be
 * settled again then. */
void machine_judge(struct machine *out, struct sightings *seen);

/* Whether the drift is not told, as this machine may be the cause. Pure. */
bool machine_excuses(const struct machine *machine, const struct drift *drift);

/* The kinds of drift of which nothing was learnt at all. Pure. */
unsigned machine_unknown(const struct machine *machine);

#endif
