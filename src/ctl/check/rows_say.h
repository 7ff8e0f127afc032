/* SPDX-License-Identifier: ISC */
/* rows_say: private header of rows: reporting helpers and the checks' prototypes. */
#ifndef CTL_CHECK_ROWS_SAY_H
#define CTL_CHECK_ROWS_SAY_H

#include "common/base/moment.h"
#include "common/senders/sender.h"
#include "ctl/check/rows.h"

/* One row being judged over one domain. */
struct rows_check {
    const struct rows_row *row;
    const struct facts *facts;
    struct findings *findings;
    uint32_t failing; /* the senders whose mail does not go out, or not always: a set of rows */
};

/* A finding's place, whom it breaks and what to do; NULL where there is none. */
struct rows_about {
    const char *where;
    const char *sender;
    const char *advice;
};

/* The text that names one address of the policy host, and its bytes. */
struct rows_place {
    char text[DNSDATA_NAME_MAX + NETWORK_TEXT_MAX * 4 + 2];
};

void rows_say(const struct rows_check *check, enum severity severity,
              const struct rows_about *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The names of those of the set whose mail does not go out, as a sender of a finding, so that
 * findings and verdicts agree; NULL where there is none. */
const char *rows_whom(char out[SENDERS_TEXT_MAX], const struct rows_check *check, uint32_t set);

/* "HOST ADDRESS"; returns its text. */
const char *rows_place(struct rows_place *out, const char *host, const char *address);

/* Whether a certificate that is refused for its dates is valid by the clock of the policy host (the
 * Date of its answer), so that this machine's clock is to blame; *why has the sentence then. */
bool rows_blames_clock(struct error *why, const struct facts *facts, const struct peer *peer);

#define ROWS_CLOCK_ADVICE "set this machine's clock, and check again"

/* Warns of a certificate of whose lifetime less than a quarter is left. */
void rows_say_end(const struct rows_check *check, const char *where, const struct peer *peer,
                  const char *advice);

void rows_judge_txt(struct rows_check *check); /* D2 to D7, by the row's id */
void rows_judge_tls_txt(struct rows_check *check);
void rows_judge_d1(struct rows_check *check);
void rows_judge_d8(struct rows_check *check);
void rows_judge_d9(struct rows_check *check);
void rows_judge_d10(struct rows_check *check);
void rows_judge_d11(struct rows_check *check);
void rows_judge_d12(struct rows_check *check);
void rows_judge_d13(struct rows_check *check);
void rows_judge_h1(struct rows_check *check);
void rows_judge_h2(struct rows_check *check);
void rows_judge_h3(struct rows_check *check);
void rows_judge_h4(struct rows_check *check);
void rows_judge_h5(struct rows_check *check);
void rows_judge_h7(struct rows_check *check);
void rows_judge_h8(struct rows_check *check);
void rows_judge_lint(struct rows_check *check); /* H6 and the P rows, by the row's id */
void rows_judge_p12(struct rows_check *check);
void rows_judge_x1(struct rows_check *check);
void rows_judge_x2(struct rows_check *check);
void rows_judge_x3(struct rows_check *check);
void rows_judge_x4(struct rows_check *check);
void rows_judge_x5(struct rows_check *check);
void rows_judge_x6(struct rows_check *check);
void rows_judge_x7(struct rows_check *check);
void rows_judge_t3(struct rows_check *check);
void rows_judge_w1(struct rows_check *check);
void rows_judge_w2(struct rows_check *check);

#endif
