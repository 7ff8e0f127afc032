/* SPDX-License-Identifier: ISC */
/* registrable: which part of a name somebody registers, by the public suffix list. */
#ifndef CTL_NET_REGISTRABLE_H
#define CTL_NET_REGISTRABLE_H

#include "ctl/net/dnsdata.h"

/* Writes "example.co.uk" for "mx.example.co.uk", in lower case; the name is ASCII. Returns 0, or -1
 * where there is none: the name is a public suffix, or no name. Thread-safe. */
int registrable_domain(char out[DNSDATA_NAME_MAX], const char *name);

#endif
