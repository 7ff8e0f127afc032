/* SPDX-License-Identifier: ISC */
/* logline: one line of the server's access log, as mta-stsd(8) describes it, read. */
#ifndef CTL_SEEN_LOGLINE_H
#define CTL_SEEN_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/policy/policy.h"

#define LOGLINE_ID_BYTES 10 /* of an id, which is written as 20 hexadecimal digits */

enum logline_kind {
    LOGLINE_OTHER, /* not of the access log, or nothing that a sender may hold came of it */
    LOGLINE_FETCH, /* a policy was served */
    LOGLINE_MARK,  /* how the lines after it are written */
    LOGLINE_BARE,  /* a policy was served, but the line does not say which, as an older server's */
};

enum logline_cause {
    LOGLINE_START,
    LOGLINE_RELOAD,
    LOGLINE_HOUR,
    LOGLINE_STOP,
};

/* Borrows from the line. What is not of its kind is 0. */
struct logline {
    enum logline_kind kind;
    int64_t time;    /* seconds since the epoch; 0: the line has none that can be read */
    uint32_t run;    /* of the server, from start to stop */
    uint64_t number; /* of the line in it; 0: the line has none */
    /* Of a fetch. */
    struct span domain; /* without "mta-sts."; lower-case letters, digits, '-' and '.' alone */
    unsigned char id[LOGLINE_ID_BYTES];
    enum policy_mode mode;
    uint32_t max_age;
    size_t family; /* SENDER_AGENT_OTHER for a name that this version does not know */
    /* Of a mark. */
    enum logline_cause cause;
    bool is_on;        /* each fetch is written from now on */
    bool has_policies; /* id is that of all policies served */
};

/* Reads a line without its line end; it may have any bytes. A line as systemd's stream protocol, a
 * syslog file ("Nov 29 12:00:00 host mta-stsd[12]: " or with an ISO date) or a container's log
 * ("2026-11-29T12:00:00Z stderr F ") has it is read, too; what stands elsewhere in a line is not.
 */
void logline_read(struct logline *out, const char *bytes, size_t length);

#endif
