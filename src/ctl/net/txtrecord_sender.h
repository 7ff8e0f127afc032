/* SPDX-License-Identifier: ISC */
/* txtrecord_sender: whether one sender finds a record of MTA-STS among the TXT records. */
#ifndef CTL_NET_TXTRECORD_SENDER_H
#define CTL_NET_TXTRECORD_SENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"
#include "common/senders/sender.h"

/* Judges all TXT records of `_mta-sts.DOMAIN` as this sender does. Pure; safe on any bytes. */
bool txtrecord_is_found_by(const struct sender_txt *sender, const struct span *texts, size_t count);

/* The senders that find none: a set of rows of the table, of those whose answer is known. */
uint32_t txtrecord_missed_by(const struct span *texts, size_t count);

#endif
