/* SPDX-License-Identifier: ISC */
/* reportfile: the TLS reports in the bytes of a file: JSON, gzip, a mail, or a mailbox of mails. */
#ifndef CTL_TLSRPT_REPORTFILE_H
#define CTL_TLSRPT_REPORTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/tlsrpt/bytestream.h"
#include "ctl/tlsrpt/dkimauth.h"

#define REPORTFILE_MAX            134217728 /* bytes of a file that is no mailbox */
#define REPORTFILE_TEXT_MAX       8388608   /* bytes of one report's JSON, unpacked */
#define REPORTFILE_MAIL_TEXTS_MAX 16777216  /* bytes of all attachments of one mail, unpacked */

/* The JSON text of what may be a report; lives until the callback returns. */
struct reportfile_text {
    const char *where; /* the path; which mail, attachment or report of it */
    const char *json;  /* not ended by a NUL */
    size_t length;
    const char *domain;    /* for which the sender says that it is, or NULL */
    const char *submitter; /* who sent it, by the mail or the file's name, or NULL */
    bool is_mail;          /* it came by mail, and signer is who signed that; NULL: nobody */
    const char *signer;
    bool usual; /* not attached as something that RFC 8460 does not know */
};

struct reportfile_events {
    const struct dkimauth *auth; /* whose word on signatures is taken */
    void (*text)(void *context, const struct reportfile_text *text);
    /* A part, a mail or the whole cannot be read. */
    void (*broken)(void *context, const char *where, const char *reason);
    /* A DMARC report, which often comes to the same mailbox. */
    void (*dmarc)(void *context, const char *where);
    /* A mail to which no report is attached; of a mailbox, the first of count. */
    void (*empty)(void *context, const char *where, size_t count);
};

/* Reads all that is in the bytes; what is broken does not keep the rest from being read. At most
 * REPORTFILE_TEXT_MAX bytes are unpacked at a time. path: for messages, and as the hint that
 * RFC 8460 section 5.1 puts into a file's name. */
void reportfile_read(const char *path, const unsigned char *bytes, size_t length,
                     const struct reportfile_events *events, void *context);

/* The same of a stream. A mailbox, packed or not, may have any size: there is one mail of it in
 * memory at a time. Any other file is read whole, up to REPORTFILE_MAX bytes. */
void reportfile_stream(struct bytestream *stream, const struct reportfile_events *events,
                       void *context);

#endif
