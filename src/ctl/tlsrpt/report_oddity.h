/* SPDX-License-Identifier: ISC */
/* report_oddity: what real senders do otherwise than RFC 8460 has it, and what is read all the
 * same. */
#ifndef CTL_TLSRPT_REPORT_ODDITY_H
#define CTL_TLSRPT_REPORT_ODDITY_H

enum report_oddity {
    REPORT_ODD_TYPE,
    REPORT_ODD_ORGANISATION,
    REPORT_ODD_ID,
    REPORT_ODD_ZONE,
    REPORT_ODD_DATE,
    REPORT_ODD_SPAN,
    REPORT_ODD_KIND,
    REPORT_ODD_DOMAIN,
    REPORT_ODD_POLICY_STRING,
    REPORT_ODD_COUNT,
    REPORT_ODD_SUM,
    REPORT_ODD_RESULT,
    REPORT_ODD_MX,
    REPORT_ODD_ID_AGAIN,
    REPORT_ODD_COPY,
    REPORT_ODD_UTF8,
    REPORT_ODD_LIST,
    REPORT_ODD_EMPTY,
    REPORT_ODD_MANY,
    REPORT_ODDITIES,
};
const char *
report_oddity_text(enum report_oddity oddity); /* what stands behind "N reports of X:" */

#endif
