/* SPDX-License-Identifier: ISC */
/* failure: the kinds of failure that TLS reports name (RFC 8460 section 4.3), one table. */
#ifndef CTL_TLSRPT_FAILURE_H
#define CTL_TLSRPT_FAILURE_H

enum failure_effect {
    FAILURE_LOSES_MAIL, /* enforce would keep the mail back, and return it in the end */
    FAILURE_OF_POLICY,  /* the sender had no policy and delivered without: enforce loses nothing */
    FAILURE_OF_DANE,    /* not of MTA-STS: enforce changes nothing */
};

struct failure {
    const char *type; /* result-type */
    enum failure_effect effect;
    const char *remedy; /* what to do: a clause */
};

/* The row of a type; one that RFC 8460 does not know has a row of its own, which loses mail. */
const struct failure *failure_find(const char *type);

#endif
