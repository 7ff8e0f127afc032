/* SPDX-License-Identifier: ISC */
/* exposition: the metrics as text, in Prometheus's format 0.0.4. Pure but for reading counters. */
#ifndef DAEMON_LIFE_EXPOSITION_H
#define DAEMON_LIFE_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "daemon/base/counters.h"
#include "daemon/base/log.h"
#include "daemon/hosts/certreport.h"

/* What is not counted by workers. All times are seconds since the epoch. */
struct exposition {
    const struct counters *const *workers;
    size_t worker_count;
    const struct certreport *certificates; /* merged */
    struct log_counts log;
    int64_t now;
    int64_t started;
    uint64_t domains; /* served */
    uint64_t broken;  /* left out, or served as before, because of errors */
    uint64_t reloads;
    uint64_t refused_reloads;
    int64_t last_reload; /* that succeeded, the start included */
    bool is_last_good;   /* the last reload, or the start, succeeded */
};

/* No label has a value that a client chooses: paths are the configuration's. */
void exposition_write(FILE *out, const struct exposition *what);

#endif
