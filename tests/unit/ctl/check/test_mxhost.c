/* SPDX-License-Identifier: ISC */
/* test_exchange: TLSA records against the certificates that a mail host presents. */
#include "ctl/check/mxhost.h"

#include <openssl/evp.h>

#include "test.h"

/* Of the whole certificate: the bytes themselves, or a digest. */
static struct mxhost_tlsa record(unsigned char usage, unsigned char matching,
                                 unsigned char data[EVP_MAX_MD_SIZE], const char *of)
{
    unsigned length = (unsigned)strlen(of);
    if (matching == 0)
        memcpy(data, of, length);
    else
        EVP_Digest(of, length, data, &length, matching == 1 ? EVP_sha256() : EVP_sha512(), NULL);
    return (struct mxhost_tlsa){usage, 0, matching, data, length};
}

static void fits_the_leaf_for_usage_3_and_what_follows_it_for_usage_2(void)
{
    static unsigned char leaf[] = "leaf";
    static unsigned char ca[] = "ca";
    struct peer_bytes chain[] = {{leaf, 4}, {ca, 2}};
    struct mxhost_address address = {.smtp.peer = {.chain = chain, .chain_count = 2}};
    static const struct {
        unsigned char usage;
        unsigned char matching;
        const char *of;
        bool fits;
    } rows[] = {{3, 1, "leaf", true}, {3, 2, "leaf", true},  {3, 0, "leaf", true},
                {3, 1, "ca", false},  {3, 3, "leaf", false}, {2, 1, "ca", true},
                {2, 0, "ca", true},   {2, 1, "leaf", false}, {1, 1, "leaf", false},
                {0, 1, "ca", false},  {3, 0, "lea", false},  {3, 0, "leag", false},
                {2, 2, "ca", true},   {3, 1, "leaf2", false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char data[EVP_MAX_MD_SIZE];
        struct mxhost_tlsa tlsa = record(rows[i].usage, rows[i].matching, data, rows[i].of);
        struct mxhost mxhost = {.tlsa = &tlsa, .tlsa_count = 1};
        CHECK(mxhost_fits_tlsa(&mxhost, &address) == rows[i].fits, "row %zu", i);
    }
}

static void needs_one_record_that_fits(void)
{
    static unsigned char leaf[] = "leaf";
    struct peer_bytes chain[] = {{leaf, 4}};
    struct mxhost_address address = {.smtp.peer = {.chain = chain, .chain_count = 1}};
    unsigned char data[2][EVP_MAX_MD_SIZE];
    struct mxhost_tlsa tlsa[] = {record(3, 1, data[0], "next"), record(3, 1, data[1], "leaf")};
    struct mxhost mxhost = {.tlsa = tlsa, .tlsa_count = 2};
    CHECK(mxhost_fits_tlsa(&mxhost, &address), "the second");
    mxhost.tlsa_count = 1;
    CHECK(!mxhost_fits_tlsa(&mxhost, &address), "the first alone");
    mxhost.tlsa_count = 0;
    CHECK(!mxhost_fits_tlsa(&mxhost, &address), "none");
    tlsa[0].selector = 1;
    mxhost.tlsa_count = 1;
    CHECK(!mxhost_fits_tlsa(&mxhost, &address), "a key out of what is no certificate");
}

int main(void)
{
    static const struct test tests[] = {
        TEST(fits_the_leaf_for_usage_3_and_what_follows_it_for_usage_2),
        TEST(needs_one_record_that_fits),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
