/* SPDX-License-Identifier: ISC */
/* test_cert_trust: chains that no client can verify, and those that some client can. */
#include "common/cert/cert_trust.h"

#include "make_cert.h"
#include "test.h"

/* AuthorityInfoAccessSyntax with one caIssuers of 8 bytes, RFC 5280 section 4.2.2.1. */
#define AIA_OID    "\x2b\x06\x01\x05\x05\x07\x01\x01"
#define CA_ISSUERS "\x30\x14\x30\x12\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x06http:/"
#define OCSP       "\x30\x14\x30\x12\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x06http:/"

static void tells_what_no_client_can_verify(void)
{
    static const struct {
        const char *what, *subject, *issuer, *aia;
        bool has_issuer;
        const char *words; /* of the refusal; NULL: none */
    } rows[] = {
        {"of a private CA's root", NULL, NULL, NULL, false, NULL},
        {"of a private CA that only answers OCSP", NULL, NULL, OCSP, false, NULL},
        {"without its issuer", NULL, NULL, CA_ISSUERS, false, "the chain lacks"},
        {"with its issuer", NULL, NULL, CA_ISSUERS, true, NULL},
        {"self-signed", "CN=mta-sts.example.com", "CN=mta-sts.example.com", NULL, false,
         "self-signed"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static char text[MAKE_CERT_TEXT];
        struct cert cert;
        struct error why = {0};
        mbedtls_pk_context *key = make_cert_key(MAKE_CERT_P256, 0);
        mbedtls_pk_context *ca = make_cert_key(MAKE_CERT_P256, 1);
        text[0] = '\0';
        make_cert_append(text, &(struct make_cert){.key = key,
                                                   .issuer_key = ca,
                                                   .subject = rows[i].subject,
                                                   .issuer = rows[i].issuer,
                                                   .unknown = rows[i].aia,
                                                   .unknown_oid = rows[i].aia ? AIA_OID : NULL});
        if (rows[i].has_issuer)
            make_cert_append(
                text, &(struct make_cert){
                          .key = ca, .subject = "CN=Test CA", .issuer = "CN=Root", .ca = true});
        make_cert_append_key(text, key);
        struct file file = {.bytes = (unsigned char *)text, .length = strlen(text)};
        CHECK(cert_parse(&cert, &file, &file, &why) == 0, "%s: %s", rows[i].what, why.text);
        int result = cert_trust_judge(&cert, &why);
        CHECK((result == 0) == (rows[i].words == NULL), "%s: %d", rows[i].what, result);
        CHECK(rows[i].words == NULL || strstr(why.text, rows[i].words) != NULL, "%s: %s",
              rows[i].what, why.text);
        cert_free(&cert);
    }
}

struct chain {
    const char *issuer, *aia; /* of the certificate itself */
    const char *next_issuer;  /* of its issuer's certificate; NULL: it is not there */
};

static void parse_chain(struct cert *out, const struct chain *chain)
{
    static char text[MAKE_CERT_TEXT];
    struct error why = {0};
    mbedtls_pk_context *key = make_cert_key(MAKE_CERT_P256, 0);
    mbedtls_pk_context *ca = make_cert_key(MAKE_CERT_P256, 1);
    text[0] = '\0';
    make_cert_append(text, &(struct make_cert){.key = key,
                                               .issuer_key = ca,
                                               .issuer = chain->issuer,
                                               .unknown = chain->aia,
                                               .unknown_oid = chain->aia ? AIA_OID : NULL});
    if (chain->next_issuer != NULL)
        make_cert_append(text, &(struct make_cert){.key = ca,
                                                   .subject = chain->issuer,
                                                   .issuer = chain->next_issuer,
                                                   .ca = true});
    make_cert_append_key(text, key);
    struct file file = {.bytes = (unsigned char *)text, .length = strlen(text)};
    CHECK(cert_parse(out, &file, &file, &why) == 0, "%s", why.text);
}

static void tells_which_renewal_lost_its_chain(void)
{
    static const struct chain full = {"CN=A", CA_ISSUERS, "CN=Root"},
                              plain = {"CN=A", NULL, "CN=Root"}, lone = {"CN=A", NULL, NULL},
                              lone_aia = {"CN=A", CA_ISSUERS, NULL},
                              by_root = {"CN=Root", NULL, NULL},
                              with_root = {"CN=Root", NULL, "CN=Root"},
                              self_signed = {"CN=mta-sts.example.com", NULL, NULL};
    static const struct {
        const char *what;
        const struct chain *old, *renewed;
        bool lost;
    } rows[] = {
        {"the same", &full, &full, false},
        {"a CA that names no place", &full, &plain, false},
        {"the leaf alone", &full, &lone_aia, true},
        {"the leaf alone, of a CA that names no place", &plain, &lone, true},
        {"the leaf alone, as before", &lone_aia, &lone_aia, false},
        {"of a private root, as before", &lone, &lone, false},
        {"the root itself issued it", &plain, &by_root, false},
        {"without the root that came along", &with_root, &by_root, false},
        {"self-signed after a chain", &full, &self_signed, true},
        {"self-signed after a private root's", &lone, &self_signed, true},
        {"self-signed, as before", &self_signed, &self_signed, false},
        {"a chain at last", &self_signed, &full, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert old, renewed;
        struct error why = {0};
        parse_chain(&old, rows[i].old);
        parse_chain(&renewed, rows[i].renewed);
        int result = cert_trust_judge_renewal(&renewed, &old, &why);
        CHECK((result != 0) == rows[i].lost, "%s: %d", rows[i].what, result);
        CHECK((why.text[0] != '\0') == rows[i].lost, "%s: %s", rows[i].what, why.text);
        cert_free(&old);
        cert_free(&renewed);
    }
}

static const struct test tests[] = {
    TEST(tells_what_no_client_can_verify),
    TEST(tells_which_renewal_lost_its_chain),
};

int main(void)
{
    if (cert_init(NULL) != 0)
        return 1;
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
