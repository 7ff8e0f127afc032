/* SPDX-License-Identifier: ISC */
/* verdict_mx: which mail hosts one kind of sender may deliver to under the policy. Only verdict's
 * own rooms include this. */
#include "ctl/check/verdict_mx.h"

#include <string.h>
#include <strings.h>

#include "common/policy/mxmatch.h"

static const char *name_peer_failure(const struct peer *peer)
{
    switch (peer->fault) {
    case PEER_EXPIRED:
        return "certificate-expired";
    case PEER_WRONG_NAME:
        return "certificate-host-mismatch";
    case PEER_NONE:
    case PEER_UNTRUSTED:
    case PEER_NOT_YET_VALID:
    case PEER_FINE:
        break;
    }
    return "certificate-not-trusted";
}

static enum verdict_mx_kind kind_of(const struct smtp *smtp, const char **failure)
{
    *failure = NULL;
    switch (smtp->failure) {
    case SMTP_FINE:
        return VERDICT_MX_FINE;
    case SMTP_UNREACHABLE:
    case SMTP_SLOW:
    case SMTP_REFUSED:
        return VERDICT_MX_UNREACHABLE;
    case SMTP_NO_STARTTLS:
        *failure = "starttls-not-supported";
        return VERDICT_MX_NO_STARTTLS;
    case SMTP_HANDSHAKE:
    case SMTP_OLD_TLS:
        *failure = "validation-failure";
        return VERDICT_MX_TLS;
    case SMTP_CERTIFICATE:
        *failure = name_peer_failure(&smtp->peer);
        return VERDICT_MX_TLS;
    }
    return VERDICT_MX_FINE;
}

/* Postfix: "*.example.com" becomes ".example.com", which a name at any depth ends in; a wildcard in
 * the certificate is for one label. */
static bool postfix_matches(const char *pattern, const char *name)
{
    size_t length = strlen(name);
    size_t tail = strlen(pattern) - 1;
    if (strncmp(pattern, "*.", 2) != 0)
        return mxmatch(name, pattern);
    return length > tail && strcasecmp(name + length - tail, pattern + 1) == 0;
}

static bool postfix_takes(const struct facts *facts, const struct peer *peer)
{
    const struct policy *policy = &facts->policy.policy;
    if (!peer->trusted || !peer->in_date || peer->is_old)
        return false;
    for (size_t i = 0; i < policy->mx_count; i++) {
        for (size_t j = 0; j < peer->name_count; j++) {
            if (postfix_matches(policy->mx[i], peer->names[j]))
                return true;
        }
    }
    return false;
}

/* The gate as this sender sees it. */
static enum verdict_mx_kind judge_address(const struct verdict_sender *sender,
                                          const struct facts *facts, const struct smtp *smtp,
                                          const char **failure)
{
    enum verdict_mx_kind kind = kind_of(smtp, failure);
    bool spoke = kind == VERDICT_MX_FINE || kind == VERDICT_MX_TLS;
    if (!sender->is_postfix || !spoke || smtp->peer.chain_count == 0)
        return kind;
    if (postfix_takes(facts, &smtp->peer)) {
        *failure = NULL;
        return VERDICT_MX_FINE;
    }
    if (*failure == NULL)
        *failure = "certificate-host-mismatch";
    return kind == VERDICT_MX_FINE ? VERDICT_MX_MISMATCH : kind;
}

/* One host: an address that is dead costs time alone, if another is alive; each that is alive must
 * do. */
static enum verdict_mx_kind judge_exchange(const struct verdict_sender *sender,
                                           const struct facts *facts, const struct mxhost *mxhost,
                                           const char **failure, struct error *why)
{
    enum verdict_mx_kind worst = VERDICT_MX_UNREACHABLE;
    *failure = NULL;
    error_set(why, "%s cannot be reached from here", mxhost->host);
    if (!sender->is_postfix && !facts_allows(facts, mxhost->host)) {
        *failure = "validation-failure";
        error_set(why, "no mx of the policy matches %s", mxhost->host);
        return VERDICT_MX_MISMATCH;
    }
    for (size_t i = 0; i < mxhost->address_count; i++) {
        const struct mxhost_address *gate = &mxhost->addresses[i];
        const char *seen;
        enum verdict_mx_kind kind = judge_address(sender, facts, &gate->smtp, &seen);
        if (kind == VERDICT_MX_UNREACHABLE || (kind == VERDICT_MX_FINE && *failure != NULL))
            continue;
        if (kind == VERDICT_MX_FINE) {
            worst = kind;
            continue;
        }
        worst = kind;
        *failure = seen;
        error_set(why, "%s %s: %s", mxhost->host, gate->text,
                  gate->smtp.failure == SMTP_FINE
                      ? "its certificate has no name that the policy admits"
                      : gate->smtp.why.text);
    }
    return worst;
}

void verdict_mx_find(struct verdict_mx *out, const struct verdict_sender *sender,
                     const struct facts *facts)
{
    bool first = true;
    *out = (struct verdict_mx){.alike = true};
    error_set(&out->why, "the domain has no mail host");
    for (size_t i = 0; i < facts->mx_count; i++) {
        const char *failure;
        struct error why;
        enum verdict_mx_kind kind =
            judge_exchange(sender, facts, facts->mx[i].mxhost, &failure, &why);
        if (kind == VERDICT_MX_FINE) {
            out->passing++;
            continue;
        }
        if (first || (out->failure == NULL && failure != NULL)) {
            out->alike = first || out->kind == kind;
            out->kind = kind;
            out->failure = failure;
            out->why = why;
        }
        out->alike = out->alike && out->kind == kind;
        first = false;
    }
}
