/* SPDX-License-Identifier: ISC */
/* mailbox: takes a mailbox (mbox, RFC 4155) of any size apart, mail by mail, while it comes. */
#ifndef CTL_TLSRPT_MAILBOX_H
#define CTL_TLSRPT_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

/* A mail without the line "From " before it; of one longer than the limit the first limit + 1
 * bytes. Lives until it returns. */
typedef void mailbox_mail(void *context, const unsigned char *bytes, size_t length);

/* {0} with the first three set is the state before the first byte. */
struct mailbox {
    mailbox_mail *mail;
    void *context;
    size_t limit;         /* bytes of a mail that are kept */
    unsigned char *bytes; /* owned */
    size_t room;
    size_t start, end;    /* of what is kept: the mail at hand, from its line "From " on */
    size_t line;          /* where the last line begins */
    size_t scanned;       /* up to where there is no other line end */
    bool is_judged;       /* the beginning of the last line: it begins no mail */
    bool is_cut;          /* the beginning of the last line is not kept any more */
    bool is_behind_blank; /* the line before is empty */
};

/* Takes bytes that follow those before; hands each mail over once its end is seen. Memory is that
 * of one mail. Returns 0, or -1 with why when out of memory. */
int mailbox_take(struct mailbox *mailbox, const unsigned char *bytes, size_t length,
                 struct error *why);

/* Hands the last mail over, and frees. */
void mailbox_end(struct mailbox *mailbox);

#endif
