/* SPDX-License-Identifier: ISC */
/* sender: a row of the table of senders: what one sender does, and how that is known. */
#include "common/senders/sender_rows.h"

/* clang-format off */
/* What the variants do alike: all but how they take it where no MX matches. */
#define ALIKE \
    [SENDER_FINE] = ACT(RUN, DELIVERS, NULL, NULL, NULL), \
    [SENDER_NO_STARTTLS] = ACT(RUN, WAITS, "4.7.4", NULL, "TLS is required, but was not offered by host"), \
    [SENDER_DENIED] = ACT(RUN, WAITS, NULL, NULL, "TLS is required, but host refused to start TLS"), \
    [SENDER_OLD_TLS] = ACT(RUN, WAITS, "4.7.5", NULL, "Cannot start TLS: handshake failure"), \
    [SENDER_WRONG_NAME] = ACT(RUN, WAITS, "4.7.5", NULL, "Server certificate not verified"), \
    [SENDER_EXPIRED] = ACT(RUN, WAITS, "4.7.5", NULL, "Server certificate not verified"), \
    [SENDER_UNTRUSTED] = ACT(RUN, WAITS, "4.7.5", NULL, "Server certificate not verified"), \
    [SENDER_CN_ONLY] = ACT(RUN, DELIVERS, NULL, NULL, NULL), \
    [SENDER_NO_ADDRESS] = ACT(RUN, RETURNS, NULL, "5.4.4", "Host or domain name not found"), \
    [SENDER_UNREACHABLE] = ACT(RUN, WAITS, "4.4.1", NULL, NULL), \
    [SENDER_NULL_MX] = ACT(RUN, RETURNS, NULL, "5.1.0", NULL), \
    [SENDER_NO_LOOKUP] = ACT(RUN, WAITS, "4.4.3", NULL, NULL), \
    [SENDER_NO_DOMAIN] = ACT(RUN, RETURNS, NULL, "5.4.4", "Host or domain name not found"), \
    [SENDER_DANE_FAILS] = ACT(RUN, WAITS, "4.7.5", NULL, "Server certificate not verified")

/* Postfix looks TLSA records up itself beside the one plugin, and is told by the other. */
#define LOST_BY_POSTFIX [SENDER_DANE_LOST] = ACT(RUN, WAITS, "4.7.5", NULL, "TLSA lookup error")
#define LOST_BY_PLUGIN \
    [SENDER_DANE_LOST] = ACT(RUN, WAITS, "4.7.5", NULL, "client TLS configuration problem")

const struct sender sender_postfix_rows[POSTFIX_ROWS] = {
    {
        .version = "Postfix 3.7.11 with 1.1.2, 3.10.13 with 1.5.0", .date = "2026-11-28", .tls13_ground = SENDER_RUN,
        .acts = {ALIKE, LOST_BY_POSTFIX, [SENDER_NO_MATCH] = ACT(RUN, WAITS, "4.7.5", NULL, "Server certificate not verified")},
        .bad_mx = ACT(RUN, WAITS, "4.7.5", NULL, "client TLS configuration problem"),
        .txt = {.blank_version = true, .any_id = true, .counts_blank = true, .counts_bare = true,
                .counts_longer = true, .empty_id = true, .last_blank = true, .two_ids = true, .loose_fields = true},
        .txt_ground = SENDER_RUN, .match_ground = SENDER_RUN, .dane_ground = SENDER_RUN,
        .fetch_ground = SENDER_RUN, .queue_ground = SENDER_RUN,
        .match = SENDER_BY_CERTIFICATE, .dane = SENDER_DANE_WITHOUT_POLICY,
        .all_addresses = true, .limit_ms = 4000, .wants_type = true, .by_charset = true,
        .last_counts = true, .bare_cr = true, .queue_hours = 120,
    },
    {
        .version = "Postfix 3.10.13 with 1.5.0 and tlsrpt: true; so from 3.10.5 on", .date = "2026-11-28", .tls13_ground = SENDER_RUN,
        .acts = {ALIKE, LOST_BY_POSTFIX, [SENDER_NO_MATCH] = ACT(RUN, WAITS, "4.3.0", NULL, "server unavailable or unable to receive mail")},
        .bad_mx = ACT(RUN, WAITS, "4.7.5", NULL, "client TLS configuration problem"),
        .txt = {.blank_version = true, .any_id = true, .counts_blank = true, .counts_bare = true,
                .counts_longer = true, .empty_id = true, .last_blank = true, .two_ids = true, .loose_fields = true},
        .txt_ground = SENDER_RUN, .match_ground = SENDER_RUN, .dane_ground = SENDER_RUN,
        .fetch_ground = SENDER_RUN, .queue_ground = SENDER_RUN,
        .match = SENDER_ONE_LABEL, .dane = SENDER_DANE_WITHOUT_POLICY,
        .all_addresses = true, .limit_ms = 4000, .wants_type = true, .by_charset = true,
        .last_counts = true, .bare_cr = true, .queue_hours = 120,
    },
    {
        .version = "Postfix 3.10.13 with 1.13.0, QUERY at level dane", .date = "2026-11-28",
        .acts = {ALIKE, LOST_BY_PLUGIN, [SENDER_NO_MATCH] = ACT(RUN, WAITS, "4.7.5", NULL, "Server certificate not verified")},
        .txt = {.blank_version = true, .counts_blank = true, .two_ids = true},
        .txt_ground = SENDER_RUN, .match_ground = SENDER_RUN, .dane_ground = SENDER_RUN,
        .fetch_ground = SENDER_RUN, .queue_ground = SENDER_RUN,
        .match = SENDER_BY_CERTIFICATE, .dane = SENDER_DANE_FIRST,
        .all_addresses = true, .limit_ms = 2000, .wants_type = true, .queue_hours = 120,
    },
    {
        .version = "Postfix 3.10.13 with 1.13.0, QUERYwithTLSRPT; so from 3.10.5 on", .date = "2026-11-28",
        .acts = {ALIKE, LOST_BY_PLUGIN, [SENDER_NO_MATCH] = ACT(RUN, WAITS, "4.3.0", NULL, "server unavailable or unable to receive mail")},
        .txt = {.blank_version = true, .counts_blank = true, .two_ids = true},
        .txt_ground = SENDER_RUN, .match_ground = SENDER_RUN, .dane_ground = SENDER_RUN,
        .fetch_ground = SENDER_RUN, .queue_ground = SENDER_RUN,
        .match = SENDER_ONE_LABEL, .dane = SENDER_DANE_FIRST,
        .all_addresses = true, .limit_ms = 2000, .wants_type = true, .queue_hours = 120,
    },
};
/* clang-format on */
