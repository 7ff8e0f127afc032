/* SPDX-License-Identifier: ISC */
/* rows_limits: what clients meet that can do less than the best one. */
#include "ctl/check/rows_limits.h"

#include <stdio.h>

#include "common/senders/sender.h"

static bool may_lack_tls13(const struct sender *sender)
{
    return sender->tls13_ground == SENDER_UNKNOWN;
}

void rows_say_tls13_only(const struct rows_check *check, const char *where)
{
    char unknown[SENDERS_TEXT_MAX];
    char advice[SENDERS_TEXT_MAX + 64];
    const struct rows_about about = {where, NULL, advice};
    snprintf(advice, sizeof(advice),
             "enable TLS 1.2 as well, as it is not known whether %s have 1.3",
             senders_names(unknown, senders_which(may_lack_tls13)));
    rows_say(check, SEVERITY_WARNING, &about,
             "it offers TLS 1.3 alone, and RFC 8461 lets senders have 1.2 alone");
}

static bool is_worse(const struct peer *usual, const struct peer *other)
{
    return other->chain_count > 0 && other->fault != PEER_FINE && other->fault != usual->fault;
}

static bool is_another(const struct peer *usual, const struct peer *other)
{
    return other->chain_count > 0 && other->fault == PEER_FINE &&
           other->not_after != usual->not_after;
}

void rows_say_other_chain(const struct rows_check *check, const char *where,
                          const struct peer *usual, const struct peer *tls12,
                          const struct peer *other_keys)
{
    const char *renew = "renew this second certificate, too, and have the server load it";
    const struct rows_about about = {
        where, NULL,
        tls12->fault == PEER_EXPIRED || other_keys->fault == PEER_EXPIRED
            ? renew
            : "replace this second certificate, or have the server load the other one alone"};
    if (is_worse(usual, tls12))
        rows_say(check, SEVERITY_WARNING, &about, "with TLS 1.2 it is another certificate: %s",
                 tls12->why.text);
    if (is_worse(usual, other_keys))
        rows_say(check, SEVERITY_WARNING, &about,
                 "clients that take %s keys alone get another certificate: %s",
                 other_keys->has_rsa ? "RSA" : "ECDSA", other_keys->why.text);
    else if (is_another(usual, other_keys))
        rows_say_end(check, where, other_keys, renew);
    else if (is_another(usual, tls12))
        rows_say_end(check, where, tls12, renew);
}
