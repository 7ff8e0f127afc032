/* SPDX-License-Identifier: ISC */
/* txtrecord: checks and writes the TXT records of MTA-STS and TLSRPT. */
#ifndef CTL_NET_TXTRECORD_H
#define CTL_NET_TXTRECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/finding.h"
#include "common/base/span.h"

/* Pure; safe on any bytes. */

#define TXTRECORD_ID_MAX   32 /* letters and digits of an id, RFC 8461 section 3.1 */
#define TXTRECORD_STS_MAX  64 /* bytes that hold any MTA-STS record of ours, and its NUL */
#define TXTRECORD_URIS_MAX 16 /* of a rua that are kept; more are checked, too */

/* The rule is the row of the table of checks: "D2" to "D7", "T1", "T2"; where is NULL. The texts
 * live until the callback returns; what is quoted in them is printable ASCII. */
typedef void txtrecord_report(void *context, const struct finding *finding);

/* What a sender that follows RFC 8461 section 3.1 takes from the records of `_mta-sts`. */
struct txtrecord_sts {
    bool usable;                   /* exactly one record, and it is valid */
    char id[TXTRECORD_ID_MAX + 1]; /* of the one record, if it has a valid one; else empty */
};

/* Judges all TXT records of `_mta-sts.DOMAIN` as a set (rows D2 to D7). Without a record nothing is
 * reported: the caller reports that (D1). Returns usable. */
bool txtrecord_judge_sts(struct txtrecord_sts *out, const struct span *texts, size_t count,
                         txtrecord_report *report, void *context);

/* Judges the TXT records of a name where MTA-STS and TLSRPT records have no meaning, such as the
 * domain itself: reports those that were meant for `_mta-sts` (D4) or `_smtp._tls` (T1). Returns
 * whether there was one. */
bool txtrecord_judge_elsewhere(const struct span *texts, size_t count, txtrecord_report *report,
                               void *context);

/* What a sender that follows RFC 8460 section 3 takes from the records of `_smtp._tls`. */
struct txtrecord_tlsrpt {
    bool usable;
    struct span uris[TXTRECORD_URIS_MAX]; /* the valid ones; they point into the record */
    size_t uri_count;
};

/* Judges all TXT records of `_smtp._tls.DOMAIN` as a set (rows T1, T2). Without a record nothing is
 * reported. Returns usable. */
bool txtrecord_judge_tlsrpt(struct txtrecord_tlsrpt *out, const struct span *texts, size_t count,
                            txtrecord_report *report, void *context);

/* Whether the text is an id of RFC 8461 section 3.1: 1 to 32 ASCII letters and digits. */
bool txtrecord_is_id(const char *bytes, size_t length);

/* Writes "v=STSv1; id=ID;": exactly so, since Halon compares the whole string. */
void txtrecord_write_sts(char out[TXTRECORD_STS_MAX], const char *id);

/* Writes "v=TLSRPTv1; rua=URI,URI;". Returns its length, or 0 where it does not fit. */
size_t txtrecord_write_tlsrpt(char *out, size_t size, const char *const *uris, size_t count);

#endif
