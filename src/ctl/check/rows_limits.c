/* SPDX-License-Identifier: ISC */
/* rows_limits: what clients meet that can do less than the best one. */
#include "ctl/check/rows_limits.h"

#include "common/senders/sender.h"

static bool may_lack_tls13(const struct sender *sender)
{
    return sender->tls13_ground == SENDER_UNKNOWN;
}

void rows_say_tls13_only(const struct rows_check *check, const char *where)
{
    char unknown[SENDERS_TEXT_MAX];
    const struct rows_about about = {where, NULL, "enable TLS 1.2 as well"};
    rows_say(check, SEVERITY_WARNING, &about,
             "it offers TLS 1.3 alone, and RFC 8461 lets senders have 1.2 alone (not known of %s)",
             senders_names(unknown, senders_which(may_lack_tls13)));
}

static bool is_worse(const struct peer *usual, const struct peer *other)
{
    return other->chain_count > 0 && other->fault != PEER_FINE && other->fault != usual->fault;
}

void rows_say_other_chain(const struct rows_check *check, const char *where,
                          const struct peer *usual, const struct peer *tls12,
                          const struct peer *other_keys)
{
    const struct rows_about about = {
        where, NULL, "renew this second certificate, too, and have the server load it"};
    if (is_worse(usual, tls12))
        rows_say(check, SEVERITY_WARNING, &about, "with TLS 1.2 it is another certificate: %s",
                 tls12->why.text);
    if (is_worse(usual, other_keys))
        rows_say(check, SEVERITY_WARNING, &about,
                 "clients that take %s keys alone get another certificate: %s",
                 other_keys->has_rsa ? "RSA" : "ECDSA", other_keys->why.text);
}
