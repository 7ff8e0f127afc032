/* SPDX-License-Identifier: ISC */
/* report_oddity: what real senders do otherwise than RFC 8460 has it, and what is read all the
 * same. */
#include "ctl/tlsrpt/report_oddity.h"

const char *report_oddity_text(enum report_oddity oddity)
{
    static const char *const texts[REPORT_ODDITIES] = {
        [REPORT_ODD_TYPE] = "attached as another type than application/tlsrpt+gzip or +json",
        [REPORT_ODD_ORGANISATION] = "no organization-name; that of the contact address was taken",
        [REPORT_ODD_ID] = "no report-id",
        [REPORT_ODD_ZONE] = "dates without a time zone; UTC was taken",
        [REPORT_ODD_DATE] = "no end-datetime behind the start; the start alone was taken",
        [REPORT_ODD_SPAN] = "more than a day; counted on the day in the middle",
        [REPORT_ODD_KIND] = "a policy-type that RFC 8460 does not know",
        [REPORT_ODD_DOMAIN] = "a policy-domain that is missing, or no domain name",
        [REPORT_ODD_POLICY_STRING] = "a policy-string or mx-host that is no list of texts",
        [REPORT_ODD_COUNT] = "session counts that are missing, or not written as whole numbers",
        [REPORT_ODD_SUM] = "more failures in the details, which count, than in the summary",
        [REPORT_ODD_RESULT] = "failures without a result-type",
        [REPORT_ODD_MX] = "an MX host that is no host name",
        [REPORT_ODD_ID_AGAIN] = "an id that another report had already; both are counted",
        [REPORT_ODD_COPY] = "read before with the same content; each is counted once",
        [REPORT_ODD_UTF8] = "bytes that are no UTF-8, which are shown as question marks",
        [REPORT_ODD_LIST] = "an object, a text or null in place of a list or an entry",
        [REPORT_ODD_EMPTY] = "no policies, so no sessions",
        [REPORT_ODD_MANY] = "more than 1000 different failures; the smallest are summed by type",
    };
    return texts[oddity];
}
