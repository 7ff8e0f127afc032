/* SPDX-License-Identifier: ISC */
/* settlsrpt: the keys of [tlsrpt], one row a key. */
#ifndef COMMON_CONFIG_SETTLSRPT_H
#define COMMON_CONFIG_SETTLSRPT_H

#include "common/config/setting.h"

extern const struct setting settlsrpt_rows[];

#endif
