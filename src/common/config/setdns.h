/* SPDX-License-Identifier: ISC */
/* setdns: the keys of [dns], one row a key. */
#ifndef COMMON_CONFIG_SETDNS_H
#define COMMON_CONFIG_SETDNS_H

#include "common/config/setting.h"

extern const struct setting setdns_rows[];

#endif
