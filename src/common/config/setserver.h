/* SPDX-License-Identifier: ISC */
/* setserver: the keys of [server], one row a key, and their built-in values. */
#ifndef COMMON_CONFIG_SETSERVER_H
#define COMMON_CONFIG_SETSERVER_H

#include "common/config/setting.h"

extern const struct setting setserver_rows[];

/* Writes the built-in values, before anything is read. */
void setserver_begin(struct config_server *server);

/* Fills the lists that are not empty by themselves where no line set them. */
void setserver_end(struct draft *draft);

#endif
