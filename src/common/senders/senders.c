/* SPDX-License-Identifier: ISC */
/* senders: the one table of what senders do with MTA-STS, and their names. */
#include "common/senders/senders.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The name of a sender, and of each of its variants. */
static const struct {
    const char *family;
    const char *name;
} names[SENDER_ROWS] = {
    [SENDER_GOOGLE] = {"Google", "Google"},
    [SENDER_EXCHANGE] = {"Exchange Online", "Exchange Online"},
    [SENDER_MOX] = {"mox", "mox"},
    [SENDER_MADDY] = {"maddy", "maddy"},
    [SENDER_CHASQUID_11] = {"chasquid", "chasquid 1.11"},
    [SENDER_CHASQUID_15] = {"chasquid", "chasquid"},
    [SENDER_RESOLVER_PLAIN] = {"postfix-mta-sts-resolver", "postfix-mta-sts-resolver"},
    [SENDER_RESOLVER_TLSRPT] = {"postfix-mta-sts-resolver", "postfix-mta-sts-resolver with TLSRPT"},
    [SENDER_TLSPOL_PLAIN] = {"postfix-tlspol", "postfix-tlspol"},
    [SENDER_TLSPOL_TLSRPT] = {"postfix-tlspol", "postfix-tlspol with TLSRPT"},
    [SENDER_STALWART_OLD] = {"Stalwart", "Stalwart up to 0.16.17"},
    [SENDER_STALWART_NEW] = {"Stalwart", "Stalwart"},
    [SENDER_MAILAUTH_5] = {"mailauth", "mailauth up to 5"},
    [SENDER_MAILAUTH_7] = {"mailauth", "mailauth"},
    [SENDER_KUMOMTA] = {"KumoMTA", "KumoMTA"},
    [SENDER_HALON] = {"Halon", "Halon"},
    [SENDER_MIMECAST] = {"Mimecast", "Mimecast"},
    [SENDER_COURIER] = {"Courier", "Courier"},
    [SENDER_MAIL_STS] = {"Exim with Mail::STS", "Exim with Mail::STS"},
    [SENDER_EXIM] = {"Exim", "Exim"},
    [SENDER_CHECKDMARC] = {"checkdmarc", "checkdmarc"},
    [SENDER_MAILCHECK] = {"MailCheck", "MailCheck"},
    [SENDER_EXPLAINER] = {"MailPolicyExplainer", "MailPolicyExplainer"},
};

#define LEFT_OUT_MAX 3 /* families that "every sender but" may name */

const char *sender_name(enum sender_id id)
{
    return names[id].name;
}

/* All rows of the family of this one. */
static uint32_t family_of(size_t id)
{
    uint32_t all = 0;
    for (size_t i = 0; i < SENDER_ROWS; i++)
        if (strcmp(names[i].family, names[id].family) == 0)
            all |= SENDERS_OF(i);
    return all;
}

/* The names, comma-separated, behind what stands there; returns how many there are. */
static size_t add_names(char *out, uint32_t set)
{
    size_t used = strlen(out);
    size_t count = 0;
    for (size_t i = 0; i < SENDER_ROWS && used < SENDERS_TEXT_MAX; i++) {
        uint32_t family = family_of(i);
        bool is_whole = (set & family) == family;
        if ((set & SENDERS_OF(i)) == 0)
            continue;
        if (is_whole)
            set &= ~family;
        used +=
            (size_t)snprintf(out + used, SENDERS_TEXT_MAX - used, "%s%s", count++ > 0 ? ", " : "",
                             is_whole ? names[i].family : names[i].name);
    }
    return count;
}

const char *senders_names(char out[SENDERS_TEXT_MAX], uint32_t set)
{
    uint32_t left_out = SENDERS_EVERY & ~set;
    snprintf(out, SENDERS_TEXT_MAX, "every sender");
    if (left_out == 0)
        return out;
    snprintf(out, SENDERS_TEXT_MAX, "every sender but ");
    if ((set & ~SENDERS_EVERY) == 0 && add_names(out, left_out) <= LEFT_OUT_MAX)
        return out;
    out[0] = '\0';
    add_names(out, set);
    return out;
}
