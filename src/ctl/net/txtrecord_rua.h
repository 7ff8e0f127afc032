/* SPDX-License-Identifier: ISC */
/* txtrecord_rua: checks the addresses of a TLSRPT record. Private to txtrecord. */
#ifndef CTL_NET_TXTRECORD_RUA_H
#define CTL_NET_TXTRECORD_RUA_H

#include "common/base/span.h"
#include "ctl/net/txtrecord_say.h"

/* Judges the value of `rua` (RFC 8460 section 3), and keeps the URIs that are valid. */
void txtrecord_rua(struct txtrecord_judge *judge, struct txtrecord_tlsrpt *out, struct span value);

#endif
