/* SPDX-License-Identifier: ISC */
/* digest_metrics: writes the counts of a digest in the text format of Prometheus. */
#include "ctl/watch/digest_metrics.h"

#include <inttypes.h>

#include "common/base/printable.h"

#define PREFIX "mta_stsctl_watch_"

static void write_gauge(FILE *out, const char *name, const char *help, int64_t value)
{
    printable_say(out, "# HELP %s %s", name, help);
    printable_say(out, "# TYPE %s gauge", name);
    printable_say(out, "%s %" PRId64, name, value);
}

void digest_metrics_write(const struct digest *digest, FILE *out)
{
    fputs("# HELP " PREFIX "drifts Drifts that were told and are not over.\n# TYPE " PREFIX
          "drifts gauge\n",
          out);
    for (size_t i = 0; i < DRIFT_KINDS; i++) {
        const char *name = drift_name((enum drift_kind)i);
        printable_say(out, PREFIX "drifts{kind=\"%s\",severity=\"error\"} %zu", name,
                      digest->open[i][0]);
        printable_say(out, PREFIX "drifts{kind=\"%s\",severity=\"warning\"} %zu", name,
                      digest->open[i][1]);
    }
    write_gauge(out, PREFIX "unconfirmed", "Drifts seen once, and told if the next run sees them.",
                (int64_t)digest->unconfirmed);
    write_gauge(out, PREFIX "domains", "Domains that the last run checked.",
                (int64_t)digest->checked);
    write_gauge(out, PREFIX "domains_unanswered", "Of them, those of which DNS said nothing.",
                (int64_t)digest->dark);
    write_gauge(out, PREFIX "last_run_timestamp_seconds", "When the last run began.", digest->now);
}
