/* SPDX-License-Identifier: ISC */
/* reportpiece: bytes that may be a report: what they are, and where they were found. */
#ifndef CTL_TLSRPT_REPORTPIECE_H
#define CTL_TLSRPT_REPORTPIECE_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/tlsrpt/reportfile.h"

#define REPORTPIECE_WHERE_MAX 4300 /* a path of full length and what stands behind it */

struct reportpiece_place {
    const struct reportfile_events *events;
    void *context;
    const char *path;
    size_t mail;       /* of a mailbox, from 1; 0: there is one at most */
    size_t attachment; /* of the mail, from 1 */
    size_t report;     /* of a file of several, from 1; 0: there is one at most */
};

struct reportpiece {
    const unsigned char *bytes;
    size_t length;
    const char *name; /* of a file */
    const char *domain, *submitter;
    bool is_mail;
    const char *signer;
    bool usual;
};

/* "path, mail 3, attachment 2"; returns out. */
const char *reportpiece_where(const struct reportpiece_place *place,
                              char out[REPORTPIECE_WHERE_MAX]);

/* Tells that what is there cannot be read. */
void reportpiece_broken(const struct reportpiece_place *place, const char *reason);

/* Takes a byte order mark and blanks off the front. */
void reportpiece_skip_blanks(struct reportpiece *piece);

bool reportpiece_is_json(const struct reportpiece *piece);
bool reportpiece_is_dmarc(const struct reportpiece *piece);

/* Hands JSON over, with the domain and sender that mail or name give. */
void reportpiece_hand_over(const struct reportpiece_place *place, const struct reportpiece *piece);

/* Tells of what is no JSON: a DMARC report, or what it looks like. */
void reportpiece_strange(const struct reportpiece_place *place, const struct reportpiece *piece);

#endif
