/* SPDX-License-Identifier: ISC */
/* failure: the kinds of failure that TLS reports name (RFC 8460 section 4.3), one table. */
#include "ctl/tlsrpt/failure.h"

#include <stddef.h>
#include <strings.h>

static const struct failure table[] = {
    {"starttls-not-supported", FAILURE_LOSES_MAIL,
     "have it offer STARTTLS to everybody, or take it out of DNS"},
    {"certificate-host-mismatch", FAILURE_LOSES_MAIL,
     "give it a certificate for the very name of the MX record"},
    {"certificate-expired", FAILURE_LOSES_MAIL,
     "renew its certificate, and see that the mail server loads the new one"},
    {"certificate-not-trusted", FAILURE_LOSES_MAIL,
     "give it the certificate of a public CA, with the whole chain"},
    {"validation-failure", FAILURE_LOSES_MAIL,
     "compare the policy's mx lines with the MX records, and look at its certificate; "
     "`mta-stsctl check` does"},
    {"sts-policy-fetch-error", FAILURE_OF_POLICY,
     "see that the policy host answers everybody, over IPv4 and IPv6"},
    {"sts-policy-invalid", FAILURE_OF_POLICY, "look at the policy with `mta-stsctl lint`"},
    {"sts-webpki-invalid", FAILURE_OF_POLICY,
     "look at the certificate of the policy host, mta-sts.DOMAIN"},
    {"tlsa-invalid", FAILURE_OF_DANE, "look at the MX's TLSA records"},
    {"dnssec-invalid", FAILURE_OF_DANE, "look at the DNSSEC signatures of the zone"},
    {"dane-required", FAILURE_OF_DANE, "publish TLSA records, or ask the sender why it needs them"},
};

static const struct failure unknown = {
    "", FAILURE_LOSES_MAIL, "ask the sender, or look for the sessions in the mail server's log"};

const struct failure *failure_find(const char *type)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcasecmp(type, table[i].type) == 0)
            return &table[i];
    }
    return &unknown;
}
