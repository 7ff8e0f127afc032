/* SPDX-License-Identifier: ISC */
/* test_txtrecord_sender: sets of TXT records, and which senders find none among them. What each
 * does was tried with the real ones. */
#include "ctl/net/txtrecord_sender.h"

#include "common/senders/sender.h"

#include "test.h"

#define POSTFIX (SENDERS_RESOLVER | SENDERS_TLSPOL)

/* The senders that were tried with TXT records. */
#define TRIED                                                                                      \
    (SENDERS_MOX | SENDERS_MADDY | SENDERS_CHASQUID | POSTFIX | SENDERS_MAILAUTH |                 \
     SENDERS_KUMOMTA | SENDERS_STALWART | SENDERS_MIMECAST | SENDERS_COURIER)

static const struct {
    const char *first, *second; /* second: NULL: there is none */
    uint32_t about;             /* senders whose answer is known */
    uint32_t none;              /* of these, those that find no record */
} rows[] = {
    {"v=STSv1; id=1;", NULL, TRIED, 0},
    {"v=STSv1; id=1", NULL, TRIED, 0},
    /* A second record that is nearly one. */
    {"v=STSv1; id=1;", "v=STSv1 ; id=2;", TRIED,
     SENDERS_MOX | SENDERS_MADDY | POSTFIX | SENDERS_MAILAUTH | SENDERS_MIMECAST | SENDERS_COURIER},
    {"v=STSv1; id=1;", "v=STSv1", TRIED,
     SENDERS_MADDY | SENDERS_RESOLVER | SENDERS_MAILAUTH_5 | SENDERS_COURIER},
    {"v=STSv1; id=1;", "v=STSv10; id=2;", TRIED,
     SENDERS_MADDY | SENDERS_RESOLVER | SENDERS_KUMOMTA},
    {"v=STSv1; id=1;", "V=STSV1; id=2;", TRIED, SENDERS_MADDY | SENDERS_MAILAUTH},
    {"v=STSv1; id=1;", "hello", TRIED, SENDERS_MADDY | SENDERS_KUMOMTA},
    /* Two good ones. */
    {"v=STSv1; id=1;", "v=STSv1; id=2;", TRIED,
     TRIED & ~(SENDERS_STALWART | SENDERS_KUMOMTA | SENDERS_CHASQUID)},
    /* One that is nearly right. */
    {"v=STSv1; id=1 ", NULL, SENDERS_MOX | POSTFIX, SENDERS_MOX | SENDERS_TLSPOL},
    {"v=STSv1; id=1; ", NULL, TRIED, SENDERS_KUMOMTA},
    {"v=STSv1; id=1; id=2;", NULL, TRIED, SENDERS_MOX | SENDERS_COURIER},
    {"v=STSv1;\tid=1;", NULL, TRIED & ~SENDERS_KUMOMTA, SENDERS_COURIER},
    {"v=STSv1 ; id=1;", NULL, SENDERS_MOX | SENDERS_MADDY | SENDERS_CHASQUID | POSTFIX,
     SENDERS_CHASQUID},
    {"v=STSv1; id=2026-11-22;", NULL,
     SENDERS_MOX | SENDERS_MADDY | SENDERS_CHASQUID | POSTFIX | SENDERS_KUMOMTA | SENDERS_MAILAUTH |
         SENDERS_COURIER,
     SENDERS_MOX | SENDERS_TLSPOL},
    {"v=STSv1; id=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", NULL,
     SENDERS_MOX | SENDERS_CHASQUID | POSTFIX | SENDERS_MAILAUTH | SENDERS_COURIER,
     SENDERS_MOX | SENDERS_TLSPOL},
    {"v=STSv1;", NULL, SENDERS_MOX | SENDERS_CHASQUID | POSTFIX,
     SENDERS_MOX | SENDERS_TLSPOL | SENDERS_RESOLVER},
    {"v=STSv1; id=;", NULL,
     SENDERS_MOX | SENDERS_CHASQUID | POSTFIX | SENDERS_MAILAUTH | SENDERS_COURIER,
     SENDERS_MOX | SENDERS_TLSPOL | SENDERS_MAILAUTH},
    {"v=STSv1;", NULL, SENDERS_COURIER, SENDERS_COURIER},
    {"v=stsv1; id=1;", NULL, SENDERS_MOX | SENDERS_CHASQUID | POSTFIX | SENDERS_MAILAUTH,
     SENDERS_MOX | SENDERS_CHASQUID | POSTFIX},
    {" v=STSv1; id=1;", NULL, SENDERS_MOX | SENDERS_MAILAUTH | SENDERS_COURIER, SENDERS_MOX},
    {"v=STSv1; id=1;;", NULL, SENDERS_MOX | SENDERS_TLSPOL, SENDERS_MOX | SENDERS_TLSPOL},
    {"v=STSv1; foo=; id=1;", NULL, SENDERS_MOX | SENDERS_TLSPOL, SENDERS_MOX | SENDERS_TLSPOL},
    {"hello", NULL, TRIED, TRIED},
    {"", NULL, TRIED, TRIED},
};

static void finds_what_each_sender_finds(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct span texts[] = {span_of(rows[i].first),
                                     span_of(rows[i].second != NULL ? rows[i].second : "")};
        size_t count = rows[i].second != NULL ? 2 : 1;
        uint32_t none = 0;
        for (int id = 0; id < SENDER_COUNT; id++)
            if (!txtrecord_is_found_by(&sender_find((enum sender_id)id)->txt, texts, count))
                none |= SENDERS_OF(id);
        char names[SENDERS_TEXT_MAX];
        uint32_t wrong = (none ^ rows[i].none) & rows[i].about;
        CHECK(wrong == 0, "row %zu, \"%s\": wrong for %s", i, rows[i].first,
              senders_names(names, wrong));
    }
}

static const struct test tests[] = {TEST(finds_what_each_sender_finds)};

TEST_MAIN(tests)
