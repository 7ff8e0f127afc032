/* SPDX-License-Identifier: ISC */
/* senders: the one table of what senders do with MTA-STS, and their names. */
#ifndef COMMON_SENDERS_SENDERS_H
#define COMMON_SENDERS_SENDERS_H

#include <stddef.h>
#include <stdint.h>

/* A row for each sender, and for each variant that behaves otherwise; checkers come last. */
enum sender_id {
    SENDER_GOOGLE,
    SENDER_EXCHANGE,
    SENDER_MOX,
    SENDER_MADDY,
    SENDER_CHASQUID_11,
    SENDER_CHASQUID_15,
    SENDER_RESOLVER_PLAIN,
    SENDER_RESOLVER_TLSRPT,
    SENDER_TLSPOL_PLAIN,
    SENDER_TLSPOL_TLSRPT,
    SENDER_STALWART_OLD,
    SENDER_STALWART_NEW,
    SENDER_MAILAUTH_5,
    SENDER_MAILAUTH_7,
    SENDER_KUMOMTA,
    SENDER_HALON,
    SENDER_MIMECAST,
    SENDER_COURIER,
    SENDER_MAIL_STS,
    SENDER_EXIM,
    SENDER_CHECKDMARC,
    SENDER_MAILCHECK,
    SENDER_EXPLAINER,
    SENDER_ROWS,
};

/* How many of the rows are senders. */
#define SENDER_COUNT SENDER_CHECKDMARC

/* Sets of rows. */
#define SENDERS_OF(id) (UINT32_C(1) << (id))

#define SENDERS_GOOGLE     SENDERS_OF(SENDER_GOOGLE)
#define SENDERS_MOX        SENDERS_OF(SENDER_MOX)
#define SENDERS_MADDY      SENDERS_OF(SENDER_MADDY)
#define SENDERS_CHASQUID   (SENDERS_OF(SENDER_CHASQUID_11) | SENDERS_OF(SENDER_CHASQUID_15))
#define SENDERS_RESOLVER   (SENDERS_OF(SENDER_RESOLVER_PLAIN) | SENDERS_OF(SENDER_RESOLVER_TLSRPT))
#define SENDERS_TLSPOL     (SENDERS_OF(SENDER_TLSPOL_PLAIN) | SENDERS_OF(SENDER_TLSPOL_TLSRPT))
#define SENDERS_STALWART   (SENDERS_OF(SENDER_STALWART_OLD) | SENDERS_OF(SENDER_STALWART_NEW))
#define SENDERS_MAILAUTH_5 SENDERS_OF(SENDER_MAILAUTH_5)
#define SENDERS_MAILAUTH_7 SENDERS_OF(SENDER_MAILAUTH_7)
#define SENDERS_MAILAUTH   (SENDERS_MAILAUTH_5 | SENDERS_MAILAUTH_7)
#define SENDERS_KUMOMTA    SENDERS_OF(SENDER_KUMOMTA)
#define SENDERS_HALON      SENDERS_OF(SENDER_HALON)
#define SENDERS_MIMECAST   SENDERS_OF(SENDER_MIMECAST)
#define SENDERS_COURIER    SENDERS_OF(SENDER_COURIER)
#define SENDERS_MAIL_STS   SENDERS_OF(SENDER_MAIL_STS)
#define SENDERS_CHECKDMARC SENDERS_OF(SENDER_CHECKDMARC)
#define SENDERS_MAILCHECK  SENDERS_OF(SENDER_MAILCHECK)
#define SENDERS_EXPLAINER  SENDERS_OF(SENDER_EXPLAINER)

/* All senders whose reading of a policy is known. */
#define SENDERS_EVERY                                                                              \
    (SENDERS_MOX | SENDERS_MADDY | SENDERS_CHASQUID | SENDERS_RESOLVER | SENDERS_TLSPOL |          \
     SENDERS_STALWART | SENDERS_MAILAUTH | SENDERS_KUMOMTA | SENDERS_HALON | SENDERS_MIMECAST |    \
     SENDERS_COURIER | SENDERS_MAIL_STS)

#define SENDERS_TEXT_MAX 320 /* bytes that hold the names of any set, and a NUL */

/* The name of one row, with its variant: "chasquid 1.11". Static. */
const char *sender_name(enum sender_id id);

/* Writes the names of a set in the table's order, one name for all variants of a sender where all
 * are in it: "mox, chasquid"; "every sender"; "every sender but Stalwart". Returns out. */
const char *senders_names(char out[SENDERS_TEXT_MAX], uint32_t set);

#endif
