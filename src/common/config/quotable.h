/* SPDX-License-Identifier: ISC */
/* quotable: whether messages about a policy file may quote it. The file may be a link to something
 * secret that the server can read and the owner of the link cannot. */
#ifndef COMMON_CONFIG_QUOTABLE_H
#define COMMON_CONFIG_QUOTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/file.h"

/* Whether the bytes have the marks of a policy: its version, or two of its keys at the beginnings
 * of lines. Pure. */
bool quotable_is_policy(const char *bytes, size_t length);

/* Whether the file, read by that path, is owned by the owner of the directory in the path. */
bool quotable_is_own(const char *path, const struct file *file);

/* NULL: it may be quoted. Else the reason, as a sentence about the file. */
const char *quotable_refusal(const char *path, const struct file *file);

#endif
