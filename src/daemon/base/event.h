/* SPDX-License-Identifier: ISC */
/* event: a line of the log made of fields, as logfmt writes them; the journal gets them as fields
 * of its own, too. */
#ifndef DAEMON_BASE_EVENT_H
#define DAEMON_BASE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/log.h"

#define EVENT_LINE_MAX    1536 /* bytes: more than all fields of an event together */
#define EVENT_ENTRIES_MAX 2304 /* bytes: the same with the journal's longer names */

/* One event; {0} and event_begin, then its fields in order, then event_write. A field that has no
 * room is left out whole. */
struct event {
    size_t line_length;
    size_t entries_length;
    char line[EVENT_LINE_MAX];       /* `fetch host=a.example agent="x"` */
    char entries[EVENT_ENTRIES_MAX]; /* "MTA_STSD_EVENT=fetch\n" and so on, where there is a journal
                                      */
};

void event_begin(struct event *event, const char *kind);

/* A token of ours, without blanks and quotes: key=value. */
void event_token(struct event *event, const char *key, const char *value);

/* Text, perhaps a client's: key="value". What is not printable ASCII, a quote or a backslash is
 * written as '?'. */
void event_text(struct event *event, const char *key, const char *value);

void event_number(struct event *event, const char *key, uint64_t number);

/* Milliseconds with one decimal, of microseconds; nothing where these are negative: not known. */
void event_duration(struct event *event, const char *key, int64_t duration_us);

/* The time of day in UTC: 2026-11-21T23:05:46Z. */
void event_time(struct event *event);

/* A word that stands for itself; 1 in the journal. */
void event_flag(struct event *event, const char *key);

/* is_limited: as log_limited. */
void event_write(const struct event *event, enum log_level level, bool is_limited);

#endif
