/* SPDX-License-Identifier: ISC */
/* taking: takes reports into a store, so many at a time, each once. */
#include "ctl/tlsrpt/taking.h"

#include "ctl/tlsrpt/store_fold.h"
#include "ctl/tlsrpt/store_report.h"
#include "ctl/tlsrpt/store_take.h"

#define DAY_S        INT64_C(86400)
#define WAITING_MOST 2000   /* reports */
#define FACTS_MOST   500000 /* of them */

int taking_begin(struct taking *taking, struct error *why)
{
    struct store *store = taking->store;
    if (store_begin(store, true, why) != 0 || store_take_begin(store, taking->now, why) != 0 ||
        store_fold(store, (int)(taking->now / DAY_S), taking->keep, why) != 0 ||
        store_get(store, "kept_from", &taking->kept_from, why) != 0)
        return -1;
    return 0;
}

/* What waits goes into the store, and with it that its reports are known. */
static int write_waiting(struct taking *taking, struct error *why)
{
    struct tally_facts *facts = &taking->tally->facts;
    tally_finish(taking->tally);
    if (store_take_facts(taking->store, facts, taking->waiting, why) != 0)
        return -1;
    facts->count = 0;
    taking->waiting = 0;
    return 0;
}

static enum tally_outcome add(struct taking *taking, const struct report *report, bool *id_again,
                              struct error *why)
{
    enum store_known known;
    bool unproven = report->trust == REPORT_TRUST_NONE;
    bool is_new_here = !tally_has(taking->tally, report);
    if (store_report_find(taking->store, report, &known, why) != 0)
        return TALLY_FULL;
    if (is_new_here && (known == STORE_PROVEN || (known == STORE_UNPROVEN && unproven)))
        return TALLY_BEFORE;
    /* With proof it takes the place of the one without, as tally_add has it. */
    if (is_new_here && known == STORE_UNPROVEN && tally_recall(taking->tally, report, true) != 0) {
        error_set(why, "out of memory");
        return TALLY_FULL;
    }
    enum tally_outcome outcome =
        tally_add(taking->tally, report, &(struct tally_filter){0}, id_again, why);
    if (outcome == TALLY_FULL || store_report_keep(taking->store, report, why) != 0 ||
        store_take_hosts(taking->store, report, why) != 0)
        return TALLY_FULL;
    taking->waiting += outcome == TALLY_ADDED;
    return outcome;
}

/* So many at a time, so that others may use the store, and memory goes with what waits. */
static int write_if_much(struct taking *taking, struct error *why)
{
    if (taking->waiting < WAITING_MOST && taking->tally->facts.count < FACTS_MOST)
        return 0;
    if (write_waiting(taking, why) != 0 || store_end(taking->store, why) != 0)
        return -1;
    return store_begin(taking->store, true, why);
}

enum tally_outcome taking_add(struct taking *taking, const struct report *report, bool *id_again,
                              struct error *why)
{
    struct tally_counts *counts = &taking->tally->counts;
    *id_again = false;
    if (taking->failed)
        return TALLY_FULL;
    if (report->start_day < taking->kept_from) {
        counts->outside++;
        return TALLY_OUTSIDE;
    }
    enum tally_outcome outcome = add(taking, report, id_again, why);
    counts->known += outcome == TALLY_BEFORE;
    if (outcome != TALLY_FULL && write_if_much(taking, why) == 0)
        return outcome;
    taking->failed = true;
    taking->why = *why;
    return TALLY_FULL;
}

int taking_end(struct taking *taking, struct error *why)
{
    if (taking->failed) {
        *why = taking->why;
        return -1;
    }
    if (write_waiting(taking, why) != 0 ||
        store_fold(taking->store, (int)(taking->now / DAY_S), taking->keep, why) != 0)
        return -1;
    return store_end(taking->store, why);
}
