/* SPDX-License-Identifier: ISC */
/* senderpage: the page of the documentation about senders, made of their table and lint's rules. */
#ifndef COMMON_POLICY_SENDERPAGE_H
#define COMMON_POLICY_SENDERPAGE_H

#include <stdio.h>

/* Writes doc/senders.md. Whether that failed is in the stream. */
void senderpage_write(FILE *out);

#endif
