/* SPDX-License-Identifier: ISC */
/* totals_csv: what is shown of a tally, as one table in CSV (RFC 4180). */
#include "ctl/tlsrpt/totals_csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base/csvcell.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

#define FRONT  16  /* room for a day */
#define BACK   48  /* room for two numbers */
#define CACHED 512 /* days whose text is kept */

/* Millions of rows differ from the one before in their day and numbers alone. */
struct rows {
    FILE *stream;
    char *line; /* what the stream writes: FRONT bytes, the cells, BACK bytes */
    size_t size;
    size_t back;                 /* where the numbers begin */
    const struct tally_fact *as; /* the fact of those cells, in its domain's list; or NULL */
    struct {
        int day;
        char text[16];
    } days[CACHED];
    bool *failed;
};

static bool has_same_cells(const struct tally_fact *a, const struct tally_fact *b)
{
    return a->domain == b->domain && a->kind == b->kind && a->organisation == b->organisation &&
           a->signer == b->signer && a->unproven == b->unproven && a->mx == b->mx &&
           a->type == b->type && a->reason == b->reason && a->outside == b->outside &&
           a->ip == b->ip && a->sender_ip == b->sender_ip;
}

static int begin_line(struct rows *rows, const struct tally_fact *fact)
{
    static const char room[BACK];
    const char *const cells[] = {
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
    rewind(rows->stream);
    fwrite(room, 1, FRONT, rows->stream);
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        putc(',', rows->stream);
        csvcell_write(rows->stream, cells[i]);
    }
    putc(',', rows->stream);
    rows->back = (size_t)ftell(rows->stream);
    fwrite(room, 1, BACK, rows->stream);
    rows->as = fact;
    return fflush(rows->stream);
}

static const char *day_text(struct rows *rows, int day)
{
    size_t at = (unsigned)day % CACHED;
    if (rows->days[at].day != day || rows->days[at].text[0] == '\0') {
        report_day_text(day, rows->days[at].text);
        rows->days[at].day = day;
    }
    return rows->days[at].text;
}

static char *put_number(char *at, int64_t number)
{
    char digits[24];
    size_t count = 0;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (number < 0)
        *at++ = '-';
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static int write_row(struct rows *rows, const struct tally_fact *fact)
{
    if ((rows->as == NULL || !has_same_cells(rows->as, fact)) && begin_line(rows, fact) != 0)
        return -1;
    const char *day = day_text(rows, fact->first_day);
    size_t length = strlen(day);
    char *end = put_number(rows->line + rows->back, fact->successes);
    *end++ = ',';
    end = put_number(end, fact->failures);
    *end++ = '\r';
    *end++ = '\n';
    char *begin = rows->line + FRONT - length;
    memcpy(begin, day, length);
    fwrite(begin, 1, (size_t)(end - begin), stdout);
    return 0;
}

static int write_rows(void *context, struct tally_facts *facts, struct error *why)
{
    struct rows *rows = context;
    tally_facts_finish(facts);
    rows->as = NULL;
    for (size_t i = 0; i < facts->count; i++) {
        if (write_row(rows, &facts->items[i]) != 0)
            return error_set(why, "out of memory");
        *rows->failed = *rows->failed || facts->items[i].failures > 0;
    }
    return 0;
}

static int write_facts(const struct totals *totals, bool *failed, struct error *why)
{
    struct rows rows = {.failed = failed};
    rows.stream = open_memstream(&rows.line, &rows.size);
    if (rows.stream == NULL)
        return error_set(why, "out of memory");
    int result = totals_each_domain(totals, write_rows, &rows, why);
    fclose(rows.stream);
    free(rows.line);
    return result;
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
    if (write_facts(totals, failed, why) != 0)
        return -1;
    return fflush(stdout) == 0 && !ferror(stdout) ? 0
                                                  : error_set(why, "the table cannot be written");
}
