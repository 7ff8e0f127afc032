/* SPDX-License-Identifier: ISC */
/* heartbeat: tells the service manager's watchdog that every worker still turns its loop. */
#include "daemon/life/heartbeat.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/deadline.h"
#include "daemon/base/log.h"
#include "daemon/base/notify.h"

/* A number of the environment; 0 where it is none. */
static unsigned long long variable(const char *name)
{
    char *end;
    const char *text = getenv(name);
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 ? number : 0;
}

struct heartbeat heartbeat_start(size_t workers)
{
    struct heartbeat heartbeat = {.due_ms = INT64_MAX};
    unsigned long long patience_us = variable("WATCHDOG_USEC");
    bool is_ours =
        getenv("WATCHDOG_PID") == NULL || variable("WATCHDOG_PID") == (unsigned long long)getpid();
    if (patience_us < 2000 || patience_us > INT64_MAX || !is_ours)
        return heartbeat;
    heartbeat.turns = calloc(workers, sizeof(*heartbeat.turns));
    if (heartbeat.turns == NULL)
        return heartbeat;
    heartbeat.interval_ms = (int64_t)(patience_us / 2000);
    heartbeat.due_ms = deadline_now_ms() + heartbeat.interval_ms;
    return heartbeat;
}

void heartbeat_stop(struct heartbeat *heartbeat)
{
    free(heartbeat->turns);
    *heartbeat = (struct heartbeat){0};
}

/* Said once, until all turn again. */
static void tell(struct heartbeat *heartbeat, bool all_turn)
{
    if (!all_turn && !heartbeat->has_missed)
        log_line(LOG_LEVEL_ERROR, "a thread is stuck; if it stays so, the watchdog ends this "
                                  "process");
    if (all_turn && heartbeat->has_missed)
        log_line(LOG_LEVEL_NOTICE, "the stuck thread runs again");
    heartbeat->has_missed = !all_turn;
}

void heartbeat_beat(struct heartbeat *heartbeat, struct worker *const *workers, size_t count)
{
    bool all_turn = true;
    int64_t now = deadline_now_ms();
    if (heartbeat->interval_ms == 0 || now < heartbeat->due_ms)
        return;
    for (size_t i = 0; i < count; i++) {
        uint64_t turns = worker_turns(workers[i]);
        all_turn = all_turn && turns != heartbeat->turns[i];
        heartbeat->turns[i] = turns;
    }
    heartbeat->due_ms = now + heartbeat->interval_ms;
    tell(heartbeat, all_turn);
    if (all_turn)
        notify_send("WATCHDOG=1");
}
