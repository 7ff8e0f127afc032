/* SPDX-License-Identifier: ISC */
/* setdns: the keys of [dns], one row a key. */
#ifndef COMMON_SETDNS_H
#define COMMON_SETDNS_H

#include "setting.h"

extern const struct setting setdns_rows[];

#endif
