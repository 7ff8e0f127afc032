/* SPDX-License-Identifier: ISC */
/* verdict_address: what a mail host at one of its addresses is to one kind of sender. Only
 * verdict's own modules include this. */
#include "ctl/check/verdict_address.h"

#include <string.h>
#include <strings.h>

#include "common/policy/mxmatch.h"

enum { DANE_TA = 2 }; /* the usage that asks for a name, too: RFC 7672 section 3.2.3 */

bool verdict_address_is_untested(const struct mxhost_address *address)
{
    return address->smtp.failure == SMTP_UNREACHABLE || address->smtp.failure == SMTP_SLOW ||
           address->smtp.failure == SMTP_REFUSED;
}

/* ---- DANE. */

bool verdict_address_has_dane(const struct verdict_address *view)
{
    const struct mxhost *mxhost = view->mxhost;
    if (view->sender->dane == SENDER_DANE_NONE || mxhost->tlsa_outcome != DNS_FOUND ||
        !mxhost->tlsa_secure || !view->facts->mx_answer.secure)
        return false;
    for (size_t i = 0; i < mxhost->tlsa_count; i++)
        if (mxhost_heeds_tlsa(&mxhost->tlsa[i]))
            return true;
    return false;
}

bool verdict_address_lost_dane(const struct verdict_address *view)
{
    enum dns_outcome outcome = view->mxhost->tlsa_outcome;
    return view->sender->dane != SENDER_DANE_NONE && view->facts->mx_answer.secure &&
           (outcome == DNS_FAILED || outcome == DNS_BOGUS);
}

/* Whether the certificate fits a TLSA record; by its issuer only with the host's name in it. */
static bool fits_dane(const struct verdict_address *view, const struct mxhost_address *address)
{
    const struct mxhost *mxhost = view->mxhost;
    for (size_t i = 0; i < mxhost->tlsa_count && address->smtp.peer.chain_count > 0; i++) {
        struct mxhost alone = *mxhost;
        alone.tlsa = &mxhost->tlsa[i];
        alone.tlsa_count = 1;
        if (mxhost_fits_tlsa(&alone, address) &&
            (mxhost->tlsa[i].usage != DANE_TA || address->smtp.peer.covers ||
             view->sender->dane_nameless))
            return true;
    }
    return false;
}

/* ---- The certificate. */

static enum sender_case case_of_peer(const struct verdict_address *view, const struct peer *peer)
{
    switch (peer->fault) {
    case PEER_EXPIRED:
    case PEER_NOT_YET_VALID:
        return SENDER_EXPIRED;
    case PEER_WRONG_NAME:
        return peer->name_count == 0 && mxmatch(peer->common, view->mxhost->host)
                   ? SENDER_CN_ONLY
                   : SENDER_WRONG_NAME;
    case PEER_FINE:
        return SENDER_FINE;
    case PEER_NONE:
    case PEER_UNTRUSTED:
        break;
    }
    return SENDER_UNTRUSTED;
}

/* Postfix holds the patterns against the names of the certificate, or its common name. */
static enum sender_case case_of_names(const struct verdict_address *view, const struct peer *peer)
{
    if (!peer->trusted)
        return SENDER_UNTRUSTED;
    if (!peer->in_date)
        return SENDER_EXPIRED;
    if (peer->name_count == 0 && peer->common[0] != '\0' &&
        verdict_policy_allows(view->held, view->sender, peer->common))
        return SENDER_FINE;
    for (size_t i = 0; i < peer->name_count; i++)
        if (verdict_policy_allows(view->held, view->sender, peer->names[i]) ||
            verdict_policy_is_covered(view->held, peer->names[i]))
            return SENDER_FINE;
    return verdict_policy_allows(view->held, view->sender, view->mxhost->host) ? SENDER_WRONG_NAME
                                                                               : SENDER_NO_MATCH;
}

static enum sender_case case_of_conversation(const struct verdict_address *view,
                                             const struct smtp *smtp)
{
    bool by_names = view->held != NULL && view->sender->match == SENDER_BY_CERTIFICATE &&
                    smtp->peer.chain_count > 0 && !smtp->peer.is_old;
    switch (smtp->failure) {
    case SMTP_NO_STARTTLS:
        return SENDER_NO_STARTTLS;
    case SMTP_DENIED:
        return SENDER_DENIED;
    case SMTP_OLD_TLS:
        return SENDER_OLD_TLS;
    case SMTP_HANDSHAKE: /* whoever takes old versions fails here as well */
        return view->sender->acts[SENDER_OLD_TLS].end == SENDER_DELIVERS ? SENDER_UNTRUSTED
                                                                         : SENDER_OLD_TLS;
    case SMTP_FINE:
    case SMTP_CERTIFICATE:
        return by_names ? case_of_names(view, &smtp->peer) : case_of_peer(view, &smtp->peer);
    case SMTP_UNREACHABLE:
    case SMTP_SLOW:
    case SMTP_REFUSED:
        break;
    }
    return SENDER_UNREACHABLE;
}

/* What is left of a fault for a sender that no policy binds. */
static enum sender_case without_policy(const struct sender *sender, enum sender_case what)
{
    bool is_tls = what == SENDER_OLD_TLS || what == SENDER_DENIED;
    return is_tls && sender->no_fall_back ? what : SENDER_FINE;
}

enum sender_case verdict_address_judge(const struct verdict_address *view,
                                       const struct mxhost_address *address)
{
    const struct sender *sender = view->sender;
    enum sender_case what = case_of_conversation(view, &address->smtp);
    bool is_bound = view->held == NULL || sender->dane != SENDER_DANE_WITHOUT_POLICY;
    if (is_bound && verdict_address_has_dane(view)) {
        if (!fits_dane(view, address))
            return SENDER_DANE_FAILS;
        if (sender->dane == SENDER_DANE_FIRST)
            return SENDER_FINE;
    }
    return view->held != NULL ? what : without_policy(sender, what);
}
