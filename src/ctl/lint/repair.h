/* SPDX-License-Identifier: ISC */
/* repair: corrects mistakes in a policy file that have one obvious correction, and lists what it
 * did. */
#ifndef CTL_LINT_REPAIR_H
#define CTL_LINT_REPAIR_H

#include <stddef.h>

#include "common/base/arena.h"

struct repair_step {
    unsigned line;    /* of the bytes given, as lint counts them; 0: the policy as a whole */
    const char *rule; /* lint's rule that was broken; static */
    const char *done; /* "the key \"Mode\" is written mode" */
};

/* {0} is valid and empty. */
struct repair {
    const char *bytes; /* the result; the bytes given where nothing could be done */
    size_t length;
    struct repair_step *steps;
    size_t count; /* 0: nothing could be done */
    struct arena arena;
};

/* Line ends, byte order mark, UTF-16, blank lines, comments, indentation, characters that nobody
 * sees, keys and values in other letters or other languages, names with a dot at the end or not in
 * ASCII, several of them in one line, lines that say the same, and the order. What has no single
 * right form stays as it is, and so does a policy that is too large for one. The result breaks
 * fewer of lint's rules than what was given, or is the same; a policy that was valid by RFC 8461
 * keeps its mode, its max_age and each of its patterns. Borrows the bytes as long as the repair
 * lives. Returns 0, or -1 when out of memory; free it in either case. Pure. */
int repair_policy(struct repair *out, const char *bytes, size_t length);
void repair_free(struct repair *repair);

#endif
