/* SPDX-License-Identifier: ISC */
/* surveyjson: what was found of a domain, as JSON. */
#ifndef CTL_CHECK_SURVEYJSON_H
#define CTL_CHECK_SURVEYJSON_H

#include <jansson.h>

#include "ctl/check/inspection.h"

/* One object, as mta-stsctl(1) describes it; the caller's. NULL when out of memory. */
json_t *surveyjson_make(const struct inspection *item);

#endif
