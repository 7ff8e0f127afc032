/* SPDX-License-Identifier: ISC */
/* proposalout: writes proposals as sections, list lines, policies, or JSON. */
#ifndef CTL_GENERATE_PROPOSALOUT_H
#define CTL_GENERATE_PROPOSALOUT_H

#include "ctl/generate/proposal.h"

enum proposalout_format {
    PROPOSALOUT_SECTION,
    PROPOSALOUT_LIST,
    PROPOSALOUT_POLICY, /* the bytes as they are served; notes go to stderr */
    PROPOSALOUT_JSON,
};

/* Writes those that did not fail to stdout, the notes with them as comments. A list line that would
 * be longer than the server reads fails its proposal. Returns 0, or -1 when it cannot be written.
 */
int proposalout_write(struct proposal *proposals, size_t count, enum proposalout_format format);

/* Says the notes on stderr. */
void proposalout_say(const struct proposal *proposal);

#endif
