/* SPDX-License-Identifier: ISC */
/* rows: the table of checks, applied to the facts of one domain. */
#include "ctl/check/rows.h"

#include "ctl/check/rows_say.h"
#include "ctl/check/verdict.h"

/* clang-format off */
const struct rows_row rows_table[] = {
    {"D1", SEVERITY_ERROR, "the record _mta-sts is there", rows_judge_d1},
    {"D2", SEVERITY_ERROR, "exactly one record begins with v=STSv1;", rows_judge_txt},
    {"D3", SEVERITY_ERROR, "no unrelated TXT record is beside it", rows_judge_txt},
    {"D4", SEVERITY_ERROR, "it is at _mta-sts, and no wildcard answers there", rows_judge_txt},
    {"D5", SEVERITY_ERROR, "v=STSv1 comes first, in this spelling", rows_judge_txt},
    {"D6", SEVERITY_ERROR, "its id is there, 1 to 32 letters and digits", rows_judge_txt},
    {"D7", SEVERITY_ERROR, "no tag is twice, unknown or malformed", rows_judge_txt},
    {"D8", SEVERITY_ERROR, "the id is that of the policy served", rows_judge_d8},
    {"D9", SEVERITY_NOTE, "DNSSEC protects the record", rows_judge_d9},
    {"D10", SEVERITY_ERROR, "the CNAMEs of record and host lead to one provider", rows_judge_d10},
    {"D11", SEVERITY_ERROR, "the policy host has IPv4 and IPv6 addresses", rows_judge_d11},
    {"D12", SEVERITY_WARNING, "CAA records let a CA issue for the policy host", rows_judge_d12},
    {"D13", SEVERITY_NOTE, "the record lives a day in caches at most", rows_judge_d13},
    {"H1", SEVERITY_ERROR, "HTTPS connects at each address, with TLS 1.2 or later", rows_judge_h1},
    {"H2", SEVERITY_ERROR, "the certificate: name, chain, dates", rows_judge_h2},
    {"H3", SEVERITY_WARNING, "TLS is refused for a name that is not served", rows_judge_h3},
    {"H4", SEVERITY_ERROR, "the status is 200, without a redirect", rows_judge_h4},
    {"H5", SEVERITY_ERROR, "the Content-Type is text/plain", rows_judge_h5},
    {"H6", SEVERITY_ERROR, "the policy is small", rows_judge_lint},
    {"H7", SEVERITY_ERROR, "the answer comes soon", rows_judge_h7},
    {"H8", SEVERITY_ERROR, "each address gives the same answer", rows_judge_h8},
    {"P1", SEVERITY_ERROR, "the lines end in CRLF", rows_judge_lint},
    {"P2", SEVERITY_ERROR, "no line is blank, a comment, or no field", rows_judge_lint},
    {"P3", SEVERITY_ERROR, "the policy is plain ASCII", rows_judge_lint},
    {"P4", SEVERITY_ERROR, "version: STSv1 comes first", rows_judge_lint},
    {"P5", SEVERITY_ERROR, "the mode is valid", rows_judge_lint},
    {"P6", SEVERITY_ERROR, "max_age is a number from 0 to 31557600", rows_judge_lint},
    {"P7", SEVERITY_WARNING, "max_age is long enough", rows_judge_lint},
    {"P8", SEVERITY_ERROR, "there is an mx", rows_judge_lint},
    {"P9", SEVERITY_ERROR, "each mx is a host name", rows_judge_lint},
    {"P10", SEVERITY_ERROR, "nothing is there twice", rows_judge_lint},
    {"P11", SEVERITY_ERROR, "no key is unknown", rows_judge_lint},
    {"P12", SEVERITY_WARNING, "the mode is enforce", rows_judge_p12},
    {"P13", SEVERITY_WARNING, "no wildcard is too broad", rows_judge_lint},
    {"X1", SEVERITY_ERROR, "each MX in DNS matches an mx of the policy", rows_judge_x1},
    {"X2", SEVERITY_WARNING, "each mx of the policy matches an MX in DNS", rows_judge_x2},
    {"X3", SEVERITY_ERROR, "each first MX: STARTTLS, TLS 1.2, chain, name, dates", rows_judge_x3},
    {"X4", SEVERITY_ERROR, "each backup MX likewise", rows_judge_x4},
    {"X5", SEVERITY_ERROR, "the domain has MX records, and takes mail", rows_judge_x5},
    {"X6", SEVERITY_ERROR, "TLSA records fit the certificates of the MX", rows_judge_x6},
    {"X7", SEVERITY_ERROR, "no mail host is gone that others may take over", rows_judge_x7},
    {"T1", SEVERITY_ERROR, "one record _smtp._tls, v=TLSRPTv1 first", rows_judge_tls_txt},
    {"T2", SEVERITY_ERROR, "its rua: present, valid, two addresses at most", rows_judge_tls_txt},
    {"T3", SEVERITY_WARNING, "reports go to a place that takes them at any time", rows_judge_t3},
    {"W1", SEVERITY_ERROR, "the id changed when the policy did", rows_judge_w1},
    {"W2", SEVERITY_NOTE, "when a withdrawn policy may be removed", rows_judge_w2},
    {NULL, SEVERITY_NOTE, NULL, NULL},
};
/* clang-format on */

void rows_judge(const struct facts *facts, struct findings *out)
{
    struct rows_check check = {.facts = facts, .findings = out};
    struct verdict verdicts[VERDICT_COUNT];
    verdict_make(verdicts, facts);
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (verdicts[i].ending >= VERDICT_DEPENDS || verdicts[i].in_clear)
            check.failing |= SENDERS_OF(i);
    for (check.row = rows_table; check.row->id != NULL; check.row++)
        check.row->judge(&check);
}
