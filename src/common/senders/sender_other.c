/* SPDX-License-Identifier: ISC */
/* sender: a row of the table of senders: what one sender does, and how that is known. */
#include "common/senders/sender_rows.h"

/* clang-format off */
const struct sender sender_other_rows[OTHER_ROWS] = {
    {
        .version = "library a4a9f2d, read only", .date = "2026-11-28",
        .acts = {
            [SENDER_FINE] = ACT(SOURCE, DELIVERS, NULL, NULL, NULL),
        },
        .txt = {.any_id = true, .last_blank = true, .two_ids = true, .loose_fields = true},
        .txt_ground = SENDER_SOURCE, .fetch_ground = SENDER_SOURCE, .limit_ms = 5000,
        .last_counts = true,
    },
    {
        .version = "library 518d7a6", .date = "2026-11-28", .tls13_ground = SENDER_VENDOR,
        .acts = {
            [SENDER_FINE] = ACT(SOURCE, DELIVERS, NULL, NULL, NULL),
        },
        .txt = {.blank_version = true, .any_id = true, .counts_blank = true, .last_blank = true,
                .two_ids = true, .loose_fields = true},
        .txt_ground = SENDER_RUN, .match_ground = SENDER_RUN, .fetch_ground = SENDER_SOURCE,
        .match = SENDER_ANY_DEPTH, .any_case = true, .ascii_blanks = true,
    },
    {
        .version = "1.0.16, 1.4.1, fe506cc", .date = "2026-11-29", .tls13_ground = SENDER_RUN,
        .acts = {
            [SENDER_FINE] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_NO_MATCH] = ACT(RUN, RETURNS, NULL, NULL, "Did not find a suitable MX"),
            [SENDER_NO_STARTTLS] = ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_DENIED] = LAST_ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_OLD_TLS] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_WRONG_NAME] = LAST_ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_EXPIRED] = LAST_ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_UNTRUSTED] = LAST_ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_CN_ONLY] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_NO_ADDRESS] = ACT(RUN, RETURNS, NULL, NULL, NULL),
            [SENDER_UNREACHABLE] = ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_NULL_MX] = ACT(RUN, RETURNS, NULL, NULL, NULL),
            [SENDER_NO_DOMAIN] = ACT(RUN, RETURNS, NULL, NULL, NULL),
            [SENDER_NO_LOOKUP] = ACT(RUN, WAITS, NULL, NULL, NULL),
        },
        .txt = {.blank_front = true, .blank_version = true, .any_id = true, .empty_id = true,
                .counts_blank = true, .counts_bare = true, .last_blank = true, .loose_fields = true,
                .no_tab = true},
        .txt_ground = SENDER_RUN, .match_ground = SENDER_RUN, .dane_ground = SENDER_RUN,
        .fetch_ground = SENDER_RUN,
        .match = SENDER_ANY_DEPTH, .tests_hold_454 = true, .takes_2xx = true, .takes_old_tls = true,
        .strict_colon = true, .ascii_blanks = true, .wants_version = true, .blank_ends_mx = true,
        .blank_line_ends = true,
    },
    {
        .version = "1522857; Exim 4.96 by MTASTS-EXIM-PERL, read only", .date = "2026-11-28",
        .acts = {
            [SENDER_FINE] = ACT(SOURCE, DELIVERS, NULL, NULL, NULL),
        },
        .txt = {.several = true, .any_id = true},
        .txt_ground = SENDER_SOURCE, .match_ground = SENDER_RUN, .match = SENDER_ANY_DEPTH,
    },
    {
        .version = "4.96 and 4.98.2, their default settings", .date = "2026-11-28",
        .acts = {
            [SENDER_FINE] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_NO_MATCH] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_NO_STARTTLS] = ACT(RUN, IN_CLEAR, NULL, NULL, NULL),
            [SENDER_DENIED] = ACT(RUN, IN_CLEAR, NULL, NULL, NULL),
            [SENDER_OLD_TLS] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_WRONG_NAME] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_EXPIRED] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_UNTRUSTED] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_CN_ONLY] = ACT(RUN, DELIVERS, NULL, NULL, NULL),
            [SENDER_NO_ADDRESS] = ACT(RUN, RETURNS, NULL, NULL, NULL),
            [SENDER_UNREACHABLE] = ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_NULL_MX] = ACT(RUN, RETURNS, NULL, NULL, NULL),
            [SENDER_NO_DOMAIN] = ACT(RUN, RETURNS, NULL, NULL, NULL),
            [SENDER_NO_LOOKUP] = ACT(RUN, WAITS, NULL, NULL, NULL),
            [SENDER_DANE_FAILS] = ACT(RUN, WAITS, NULL, NULL, "certificate verification failed"),
            [SENDER_DANE_LOST] = ACT(RUN, WAITS, NULL, NULL, "DANE error: tlsa lookup DEFER"),
        },
        .dane = SENDER_DANE_FIRST, .dane_nameless = true, .dane_ground = SENDER_RUN, .ignores = true, .all_addresses = true,
        .queue_hours = 96, .queue_ground = SENDER_SOURCE, /* the retry rule that both packages of Debian configure */
    },
};
/* clang-format on */
