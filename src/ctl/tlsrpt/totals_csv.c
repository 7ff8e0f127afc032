/* SPDX-License-Identifier: ISC */
/* totals_csv: what is shown of a tally, as one table in CSV (RFC 4180). */
#include "ctl/tlsrpt/totals_csv.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/base/csvcell.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

static void write_row(const struct tally_fact *fact)
{
    char day[16];
    const char *const cells[] = {
        report_day_text(fact->first_day, day),
        fact->domain,
        report_kind_name(fact->kind),
        fact->organisation,
        fact->signer,
        fact->unproven ? "no" : "yes",
        fact->mx,
        fact->type,
        fact->reason,
        fact->outside ? "yes" : "no",
        fact->ip,
        fact->sender_ip,
    };
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        csvcell_write(stdout, cells[i]);
        putchar(',');
    }
    printf("%" PRId64 ",%" PRId64 "\r\n", fact->successes, fact->failures);
}

static int write_rows(void *context, struct tally_facts *facts, struct error *why)
{
    bool *failed = context;
    (void)why;
    tally_facts_finish(facts);
    for (size_t i = 0; i < facts->count; i++) {
        write_row(&facts->items[i]);
        *failed = *failed || facts->items[i].failures > 0;
    }
    return 0;
}

/* The columns of a list by itself; those that it does not sum by are empty. */
static void write_sums(const struct tally_fact *fact)
{
    char first[16], last[16], share[TOTALS_SHARE_MAX], trend[TOTALS_SHARE_MAX];
    const char *const cells[] = {
        fact->domain,
        fact->organisation,
        fact->mx,
        fact->type,
        fact->ip,
        fact->sender_ip,
        report_day_text(fact->first_day, first),
        report_day_text(fact->last_day, last),
        totals_share(share, fact->successes, fact->failures),
        totals_trend(trend, &fact->trend),
    };
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        csvcell_write(stdout, cells[i]);
        putchar(',');
    }
    printf("%" PRId64 ",%" PRId64 ",%" PRId64 "\r\n", fact->kind_reports, fact->successes,
           fact->failures);
}

static int write_list(const struct totals *totals, bool *failed, struct error *why)
{
    struct totals_sums sums;
    const enum totals_list list = totals->shown->by;
    int result =
        totals_read(&sums, totals, &(struct totals_reading){.lists = &list, .list_count = 1}, why);
    if (result == 0)
        fputs("domain,organisation,mx,failure_type,receiving_ip,sending_ip,first_day,last_day,"
              "success,trend,reports,successes,failures\r\n",
              stdout);
    for (size_t i = 0; i < sums.lists[list].count; i++)
        write_sums(&sums.lists[list].items[i]);
    *failed = sums.failures > 0;
    totals_free(&sums);
    if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        result = error_set(why, "the table cannot be written");
    return result;
}

int totals_write_csv(const struct totals *totals, bool *failed, struct error *why)
{
    *failed = false;
    if (totals->shown->is_by)
        return write_list(totals, failed, why);
    fputs("day,domain,policy_type,organisation,signer,authenticated,mx,failure_type,reason,"
          "mx_not_in_policy,receiving_ip,sending_ip,successes,failures\r\n",
          stdout);
    if (totals_each_domain(totals, write_rows, failed, why) != 0)
        return -1;
    return fflush(stdout) == 0 && !ferror(stdout) ? 0
                                                  : error_set(why, "the table cannot be written");
}
