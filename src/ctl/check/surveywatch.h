/* SPDX-License-Identifier: ISC */
/* surveywatch: `check --watch`: tells what began, got worse or ended since the runs before. */
#ifndef CTL_CHECK_SURVEYWATCH_H
#define CTL_CHECK_SURVEYWATCH_H

#include "common/config/config.h"
#include "ctl/check/inspection.h"
#include "ctl/watch/digest.h"

struct surveywatch_params {
    const char *state; /* the directory */
    const struct config *config;
    bool all; /* the run is over all of its domains */
    bool json;
    bool later;   /* mail and command are left to surveywatch_tell */
    bool metrics; /* to standard output; the lines go to standard error then */
};

/* One run. {0} may be closed. */
struct surveywatch {
    const struct surveywatch_params *params;
    struct sightings seen;
    struct told told;
    int64_t now;
    int lock;
};

/* Locks the state directory, so that no two runs tell the same, and reads what was told. params is
 * borrowed. Returns 0, or -1 with why. */
int surveywatch_open(struct surveywatch *out, const struct surveywatch_params *params,
                     struct error *why);
void surveywatch_close(struct surveywatch *watch);

/* Takes one domain. */
void surveywatch_take(struct surveywatch *watch, const struct inspection *item);

/* All domains are taken: tells. Returns SETUP_FOUND if something began or got worse, SETUP_KNOWN if
 * only what was told before goes on, SETUP_FINE if there is no drift, or SETUP_FAILED after
 * printing why. */
int surveywatch_finish(struct surveywatch *watch);

/* `check --tell`: mails what earlier runs left, and runs the command. Returns SETUP_FINE, or
 * SETUP_FAILED after printing why. */
int surveywatch_tell(const struct config_watch *watch, const char *state);

#endif
