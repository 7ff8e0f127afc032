/* SPDX-License-Identifier: ISC */
/* listing_metrics: writes what an inventory holds, in the text format of Prometheus. */
#include "ctl/certs/listing_metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/printable.h"

#define PREFIX "mta_stsctl_certificate"

/* Label values are host names, kinds of keys and words of ours: none needs an escape. A host may
 * have several certificates of one kind, so the row has a number. */
static void write_expiry(const struct inventory *inventory)
{
    size_t pair = 0;
    puts("# HELP " PREFIX "_expiry_timestamp_seconds When the certificate of a policy host "
         "expires.\n# TYPE " PREFIX "_expiry_timestamp_seconds gauge");
    for (size_t i = 0; i < inventory->count; i++) {
        const struct inventory_item *item = &inventory->items[i];
        bool is_next = i > 0 && hostname_equal(&item->host, &inventory->items[i - 1].host);
        pair = is_next ? pair + 1 : 1;
        if (item->loaded)
            printable_say(stdout,
                          PREFIX "_expiry_timestamp_seconds{host=\"%s\",pair=\"%zu\","
                                 "managed=\"%s\"} %" PRId64,
                          item->host.text, pair, item->managed ? "yes" : "no", item->not_after);
    }
}

static void write_health(const struct inventory *inventory)
{
    size_t counts[] = {[DUE_FINE] = 0, [DUE_WARNING] = 0, [DUE_ERROR] = 0};
    for (size_t i = 0; i < inventory->count; i++)
        counts[inventory->items[i].health]++;
    puts("# HELP " PREFIX "s Certificates of policy hosts, by their health; error counts those "
         "that are missing, too.\n# TYPE " PREFIX "s gauge");
    printf(PREFIX "s{health=\"fine\"} %zu\n", counts[DUE_FINE]);
    printf(PREFIX "s{health=\"warning\"} %zu\n", counts[DUE_WARNING]);
    printf(PREFIX "s{health=\"error\"} %zu\n", counts[DUE_ERROR]);
}

int listing_metrics_write(const struct inventory *inventory)
{
    write_expiry(inventory);
    write_health(inventory);
    return fflush(stdout) != 0 || ferror(stdout) ? -1 : 0;
}
