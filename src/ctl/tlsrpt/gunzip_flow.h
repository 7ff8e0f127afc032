/* SPDX-License-Identifier: ISC */
/* gunzip_flow: unpacks gzip bytes of any size piece by piece. */
#ifndef CTL_TLSRPT_GUNZIP_FLOW_H
#define CTL_TLSRPT_GUNZIP_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define GUNZIP_FLOW_RATIO 200 /* bytes from one: more is no mailbox */

/* Takes what was unpacked. Returns 0, or -1 with why to stop there. */
typedef int gunzip_flow_sink(void *context, const unsigned char *bytes, size_t length,
                             struct error *why);

struct gunzip_flow; /* made by gunzip_flow_new */

/* NULL when out of memory. */
struct gunzip_flow *gunzip_flow_new(gunzip_flow_sink *sink, void *context);

/* Unpacks bytes that follow those before: all members, one after the other. Returns 0, or -1 with
 * why, after which nothing may be taken any more. */
int gunzip_flow_take(struct gunzip_flow *flow, const unsigned char *bytes, size_t length,
                     struct error *why);

/* Whether the last member has ended: what is packed is whole. */
bool gunzip_flow_is_whole(const struct gunzip_flow *flow);

void gunzip_flow_free(struct gunzip_flow *flow);

/* The first bytes of what is packed, at most size; returns how many. */
size_t gunzip_flow_head(unsigned char *out, size_t size, const unsigned char *bytes, size_t length);

#endif
