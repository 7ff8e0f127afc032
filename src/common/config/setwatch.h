/* SPDX-License-Identifier: ISC */
/* setwatch: the keys of [watch], one row a key. */
#ifndef COMMON_CONFIG_SETWATCH_H
#define COMMON_CONFIG_SETWATCH_H

#include "common/config/setting.h"

extern const struct setting setwatch_rows[];

/* Writes the built-in values. */
void setwatch_begin(struct config_watch *watch);

#endif
