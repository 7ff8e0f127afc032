/* SPDX-License-Identifier: ISC */
/* setmetrics: the key `metrics` of [server]: an address of its own, private unless it says so. */
#ifndef COMMON_CONFIG_SETMETRICS_H
#define COMMON_CONFIG_SETMETRICS_H

#include "common/config/setting.h"

/* "127.0.0.1:9415"; an address that the Internet may reach is followed by the word public. */
setting_read setmetrics_read;

/* All lines are read: refuses an address that a `listen` line has, too. */
void setmetrics_check(struct draft *draft);

#endif
