/* SPDX-License-Identifier: ISC */
/* sections: reads the sections of an ini file: what each one is, and where it is allowed. */
#ifndef COMMON_CONFIG_SECTIONS_H
#define COMMON_CONFIG_SECTIONS_H

#include "common/config/draft.h"

/* Reads all of bytes into the draft. An include holds domains and policies only. */
void sections_read(struct draft *draft, const char *file, bool is_include, const char *bytes,
                   size_t length);

#endif
