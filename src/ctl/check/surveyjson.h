/* SPDX-License-Identifier: ISC */
/* surveyjson: writes the results of one domain to a writer. */
#ifndef CTL_CHECK_SURVEYJSON_H
#define CTL_CHECK_SURVEYJSON_H

#include "ctl/base/writer.h"
#include "ctl/check/inspection.h"

/* One object in a list, as mta-stsctl-json(7) describes it. */
void surveyjson_put(const struct inspection *item, struct writer *writer);

#endif
