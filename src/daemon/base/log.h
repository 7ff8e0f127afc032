/* SPDX-License-Identifier: ISC */
/* log: writes lines to stderr, each with one write, and with syslog priorities for the journal. */
#ifndef DAEMON_BASE_LOG_H
#define DAEMON_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/finding.h"

enum log_level {
    LOG_LEVEL_ERROR = 3, /* the numbers are those of syslog(3) and sd-daemon(3) */
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
};

/* Decides once whether lines carry the "<N>" prefix: when JOURNAL_STREAM names stderr; then
 * connects to the journal for log_record, too. Before any thread starts. */
void log_open(void);

/* Whether they do. */
bool log_has_prefix(void);

/* From now on no line waits for a reader of stderr: those that nobody takes are left out, counted
 * and told of. Only findings wait, for a second at most, until one did in vain; meanwhile the
 * lines of other threads do not. */
void log_never_wait(void);

/* The findings that follow belong to a new load: writing them may block for 5 seconds in all. */
void log_begin_load(void);

/* One line, without its line end. What is not printable is replaced by '?'. Safe from any
 * thread. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As log_line, for lines that any client can cause, except for successful fetches: at most
 * LOG_LIMITED_PER_S a second in all; then one line says how many were left out. */
#define LOG_LIMITED_PER_S 20
void log_limited(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for lines about this machine that repeat as long as a problem lasts, such as a lack of
 * descriptors: LOG_TROUBLES_PER_S, counted apart from the lines that clients cause. */
#define LOG_TROUBLES_PER_S 5
void log_trouble(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line that has fields: to the journal, as one entry with these, or to stderr, as log_line does.
 * entries: "KEY=value\n" and so on. Both are printable ASCII. is_limited: as log_limited. Never
 * waits; what the journal does not take is counted with the other lines that were lost. */
void log_record(enum log_level level, bool is_limited, const char *line, const char *entries);

/* Lines that were never written: nobody read the log, or there were too many of a kind. */
struct log_counts {
    uint64_t lost;
    uint64_t left_out;
};
struct log_counts log_counts(void);

/* "file:line: sentence", an error, warning or notice. */
void log_finding(const struct finding *finding);

#endif
