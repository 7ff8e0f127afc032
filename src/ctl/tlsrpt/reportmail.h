/* SPDX-License-Identifier: ISC */
/* reportmail: what is attached to a mail and may be a TLS report (RFC 8460 section 5.3). */
#ifndef CTL_TLSRPT_REPORTMAIL_H
#define CTL_TLSRPT_REPORTMAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/dkimauth.h"

#define REPORTMAIL_MAX       16777216 /* bytes of a mail */
#define REPORTMAIL_LINES_MAX 300000   /* each may be a header field, which costs far more */
#define REPORTMAIL_PARTS_MAX 1000     /* lines that may begin a part */
#define REPORTMAIL_MARKS_MAX 100000   /* semicolons: each may be a parameter of a field */
#define REPORTMAIL_TAKEN_MAX 10       /* parts that may be reports */

/* All of it lives until the callback returns. */
struct reportmail_part {
    const char *name;           /* the file name that the sender gave it, or NULL */
    const char *domain;         /* of the field TLS-Report-Domain, or NULL */
    const char *submitter;      /* of the field TLS-Report-Submitter, or NULL */
    const char *signer;         /* the domain whose signature of the mail passed, or NULL */
    bool usual;                 /* its type is one of RFC 8460's */
    const unsigned char *bytes; /* decoded */
    size_t length;
};

struct reportmail_counts {
    size_t taken; /* parts that were handed over */
    size_t dmarc; /* parts that are DMARC reports by their name, and were not */
};

/* Returns whether more of the mail's parts are wanted. */
typedef bool reportmail_take(void *context, const struct reportmail_part *part);

/* Whether a file of this name is a DMARC report; name may be NULL. */
bool reportmail_names_dmarc(const char *name);

/* Reads one mail, and hands over each part whose type or name says that it may be a report; also
 * those of mails that are attached to it, which nobody signed. auth: whose word on signatures is
 * taken. *counts says how many. Returns 0, or -1 with why; where
 * there are more than REPORTMAIL_TAKEN_MAX of them, those were handed over before. */
int reportmail_read(const unsigned char *bytes, size_t length, const struct dkimauth *auth,
                    reportmail_take *take, void *context, struct reportmail_counts *counts,
                    struct error *why);

#endif
