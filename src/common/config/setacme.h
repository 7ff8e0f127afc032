/* SPDX-License-Identifier: ISC */
/* setacme: the keys of [acme], one row a key. */
#ifndef COMMON_CONFIG_SETACME_H
#define COMMON_CONFIG_SETACME_H

#include "common/config/setting.h"

extern const struct setting setacme_rows[];

/* Writes the built-in values, before anything is read. */
void setacme_begin(struct config_acme *acme);

#endif
