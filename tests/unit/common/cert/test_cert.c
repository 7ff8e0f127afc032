/* SPDX-License-Identifier: ISC */
/* test_cert: chains and keys made on the spot, right ones and each kind of wrong one. */
#include "common/cert/cert.h"

#include <time.h>

#include "common/cert/certkey.h"
#include "make_cert.h"
#include "test.h"

#define MUST_STAPLE "\x30\x03\x02\x01\x05"

static char chain_text[MAKE_CERT_TEXT];
static char key_text[MAKE_CERT_TEXT];

static mbedtls_pk_context *p256(unsigned which)
{
    return make_cert_key(MAKE_CERT_P256, which);
}

static void append(char *text, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, MAKE_CERT_TEXT - used, "%s", more);
}

static struct file file_of(char *text)
{
    return (struct file){.bytes = (unsigned char *)text, .length = strlen(text)};
}

/* Parses the two texts; as one file when key_text is empty. */
static int parse(struct cert *out, struct error *why)
{
    struct file chain = file_of(chain_text);
    struct file key = file_of(key_text);
    why->text[0] = '\0';
    return cert_parse(out, &chain, key.length > 0 ? &key : &chain, why);
}

static void clear(void)
{
    chain_text[0] = '\0';
    key_text[0] = '\0';
}

/* chain_text: the host's certificate as wanted; key_text: its key. */
static void make_pair(const struct make_cert *wanted)
{
    clear();
    make_cert_append(chain_text, wanted);
    make_cert_append_key(key_text, wanted->key);
}

static void check_refused(const char *what, const char *sentence)
{
    struct cert cert;
    struct error why;
    size_t bits;
    int result = parse(&cert, &why);
    CHECK(result == -1, "%s was taken", what);
    CHECK(strstr(why.text, sentence) != NULL, "%s: \"%s\" lacks \"%s\"", what, why.text, sentence);
    CHECK(strlen(why.text) < 400, "%s: a long sentence: %s", what, why.text);
    CHECK(cert.chain.raw.p == NULL && cert.chain.next == NULL && cert.not_after == 0 &&
              certkey_type(&cert.key, &bits) == PSA_KEY_TYPE_NONE,
          "%s: something was left behind", what);
    cert_free(&cert);
}

static void check_taken(const char *what, const char *kind)
{
    struct cert cert;
    struct error why;
    int result = parse(&cert, &why);
    CHECK(result == 0, "%s: %s", what, why.text);
    if (result == 0)
        CHECK(strcmp(cert_key_kind(&cert), kind) == 0, "%s: %s", what, cert_key_kind(&cert));
    cert_free(&cert);
}

static void takes_each_kind_of_key_that_senders_know(void)
{
    static const struct {
        enum make_cert_kind kind;
        const char *name;
    } rows[] = {
        {MAKE_CERT_P256, "ECDSA"},
        {MAKE_CERT_P384, "ECDSA"},
        {MAKE_CERT_P521, "ECDSA"},
        {MAKE_CERT_RSA_2048, "RSA"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        make_pair(&(struct make_cert){.key = make_cert_key(rows[i].kind, 0)});
        check_taken(rows[i].name, rows[i].name);
    }
}

static void refuses_keys_that_senders_refuse(void)
{
    make_pair(&(struct make_cert){.key = make_cert_key(MAKE_CERT_RSA_1024, 0)});
    check_refused("RSA 1024", "RSA key has 1024 bits, too few");
#if MBEDTLS_VERSION_MAJOR < 4 /* which reads no such key at all */
    make_pair(&(struct make_cert){.key = make_cert_key(MAKE_CERT_RSA_4104, 0)});
    check_refused("RSA 4104", "RSA key has 4104 bits, and each of its handshakes would");
#endif
    make_pair(&(struct make_cert){.key = make_cert_key(MAKE_CERT_SECP256K1, 0)});
    check_refused("secp256k1", "of a kind that not all senders know");
}

static void takes_chain_and_key_in_one_file_in_either_order(void)
{
    clear();
    make_cert_append(chain_text, &(struct make_cert){.key = p256(0)});
    make_cert_append_key(chain_text, p256(0));
    check_taken("key last", "ECDSA");
    clear();
    make_cert_append_key(chain_text, p256(0));
    make_cert_append(chain_text, &(struct make_cert){.key = p256(0)});
    check_taken("key first", "ECDSA");
}

static void takes_parameters_comments_and_crlf_around_the_blocks(void)
{
    clear();
    append(chain_text, "subject=CN = x\r\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                       "-----END EC PARAMETERS-----\n----- a line of its own -----\n");
    make_cert_append(chain_text, &(struct make_cert){.key = p256(0)});
    make_cert_append_key(chain_text, p256(0));
    check_taken("comments", "ECDSA");

    struct file lf = file_of(chain_text);
    size_t used = 0;
    for (size_t i = 0; i < lf.length; i++) {
        if (chain_text[i] == '\n')
            key_text[used++] = '\r';
        key_text[used++] = chain_text[i];
    }
    key_text[used] = '\0';
    memcpy(chain_text, key_text, used + 1);
    key_text[0] = '\0';
    check_taken("CRLF", "ECDSA");
}

static void tells_what_blocks_are_missing_or_too_many(void)
{
    make_pair(&(struct make_cert){.key = p256(0)});
    key_text[0] = '\0';
    check_refused("no key in one file", "private_key = ");
    check_refused("no key in one file", "holds no private key; add the key to it");
    append(key_text, "nothing\n");
    check_refused("no key in two files", "the key file holds no private key");
    make_pair(&(struct make_cert){.key = p256(0)});
    make_cert_append_key(key_text, p256(1));
    check_refused("two keys", "the key file holds 2 private keys");

    clear();
    make_cert_append_key(chain_text, p256(0));
    check_refused("no certificate", "holds no certificate in PEM form");
    make_cert_append(key_text, &(struct make_cert){.key = p256(0)});
    check_refused("exchanged", "swap the two");
    clear();
    check_refused("an empty file", "holds no certificate in PEM form");
}

static void refuses_encrypted_keys_with_their_own_sentence(void)
{
    static const char *const texts[] = {
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
        "00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        make_pair(&(struct make_cert){.key = p256(0)});
        key_text[0] = '\0';
        append(key_text, texts[i]);
        check_refused("encrypted", "the private key is encrypted");
    }
}

static void refuses_blocks_that_mbedtls_would_pass_over_in_silence(void)
{
    make_pair(&(struct make_cert){.key = p256(0)});
    append(chain_text, "-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n"
                       "-----END TRUSTED CERTIFICATE-----\n");
    check_refused("trusted", "\"TRUSTED CERTIFICATE\", which is not read");
    make_pair(&(struct make_cert){.key = p256(0)});
    key_text[0] = '\0';
    append(key_text, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                     "-----END OPENSSH PRIVATE KEY-----\n");
    check_refused("openssh", "\"OPENSSH PRIVATE KEY\", which is not read");
}

static void refuses_bytes_that_are_no_pem(void)
{
    make_pair(&(struct make_cert){.key = p256(0)});
    struct file chain = {.bytes = (unsigned char *)chain_text, .length = strlen(chain_text) + 10};
    struct file key = file_of(key_text);
    struct cert cert;
    struct error why;
    CHECK(cert_parse(&cert, &chain, &key, &why) == -1 && strstr(why.text, "NUL byte") != NULL,
          "a NUL byte: %s", why.text);
    key.length += 10;
    chain.length -= 10;
    CHECK(cert_parse(&cert, &chain, &key, &why) == -1 &&
              strstr(why.text, "the key file is not PEM") != NULL,
          "a NUL byte in the key: %s", why.text);
}

static void names_the_binary_form_that_a_file_has(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *words;
    } rows[] = {
        {"\xff\xfe-\0-\0-\0", 8, "text in UTF-16; save it as plain ASCII"},
        {"\xfe\xff\0-\0-\0-", 8, "with \"iconv -f UTF-16 -t ASCII"},
        {"-\0-\0-\0", 6, "with \"iconv -f UTF-16LE -t ASCII"},
        {"\0-\0-\0-", 6, "with \"iconv -f UTF-16BE -t ASCII"},
        {"-\0", 2, "convert a binary (DER) file"},
        {"\x30\x82\x09\x71\x02\x01\x03\x30\x82\x09\x37\x06\x00", 13,
         "a PKCS#12 archive (.p12, .pfx); convert it with \"openssl pkcs12 -in FILE -nodes"},
        {"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\x00", 14,
         "a PKCS#7 file (.p7b); convert it with \"openssl pkcs7 -inform DER"},
        {"\x30\x82\x00\x71\x30\x82\x00\x03", 8, "convert a binary (DER) file"},
    };
    make_pair(&(struct make_cert){.key = p256(0)});
    struct file key = file_of(key_text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char bytes[16] = {0};
        struct file chain = {.bytes = bytes, .length = rows[i].length};
        struct cert cert;
        struct error why;
        memcpy(bytes, rows[i].bytes, rows[i].length);
        CHECK(cert_parse(&cert, &chain, &key, &why) == -1 &&
                  strstr(why.text, rows[i].words) != NULL,
              "row %zu: %s", i, why.text);
    }
}

/* mbedTLS itself takes a chain whose last certificate is cut, and says 0. */
static void refuses_a_file_cut_anywhere_but_between_blocks(void)
{
    clear();
    make_cert_append(chain_text, &(struct make_cert){.key = p256(0)});
    make_cert_append_key(chain_text, p256(0));
    size_t whole = strlen(chain_text);
    make_cert_append(chain_text,
                     &(struct make_cert){.key = p256(1), .ca = true, .subject = "CN=Test CA"});
    size_t length = strlen(chain_text);
    for (size_t cut = length - 2; cut > 0; cut--) {
        struct cert cert;
        struct error why = {.text = ""};
        chain_text[cut] = '\0';
        int result = parse(&cert, &why);
        bool expected = cut == whole || cut == whole - 1;
        CHECK((result == 0) == expected, "cut at %zu of %zu (%zu): %s", cut, length, whole,
              why.text);
        cert_free(&cert);
    }
}

static void refuses_a_damaged_certificate_in_the_middle_of_a_chain(void)
{
    make_pair(&(struct make_cert){.key = p256(0)});
    size_t used = strlen(chain_text);
    make_cert_append(chain_text, &(struct make_cert){.key = p256(1), .subject = "CN=Test CA"});
    char *body = strchr(chain_text + used, '\n') + 1;
    char kept = body[3];
    body[3] = kept == 'A' ? 'B' : 'A';
    check_refused("damaged", "certificate 2 of 2 cannot be read");
    body[3] = '*';
    check_refused("no base64", "certificate 2 of 2 cannot be read");
    body[3] = kept;
    check_taken("whole", "ECDSA");
    memmove(chain_text + used + 8, chain_text + used + 9, strlen(chain_text + used + 8));
    check_refused("mangled marker", "half written");
}

static void wants_each_certificate_issued_by_the_next(void)
{
    mbedtls_pk_context *own = p256(0);
    struct make_cert leaf = {.key = own, .issuer_key = p256(1), .issuer = "CN=Middle"};
    struct make_cert middle = {.key = p256(1),
                               .issuer_key = p256(2),
                               .subject = "CN=Middle",
                               .issuer = "CN=Root",
                               .ca = true};
    struct make_cert root = {.key = p256(2), .subject = "CN=Root", .issuer = "CN=Root", .ca = true};

    make_pair(&leaf);
    check_taken("without issuer", "ECDSA");
    make_cert_append(chain_text, &middle);
    check_taken("with issuer", "ECDSA");
    make_cert_append(chain_text, &root);
    check_taken("with root", "ECDSA");

    make_pair(&leaf);
    make_cert_append(chain_text, &root);
    check_refused("a gap", "certificate 1 was not issued by certificate 2");
    make_pair(&leaf);
    make_cert_append(chain_text, &leaf);
    check_refused("twice", "certificate 1 was not issued by certificate 2");
    make_pair(&leaf);
    make_cert_append(chain_text, &middle);
    make_cert_append(chain_text, &leaf);
    check_refused("wrong end", "certificate 2 was not issued by certificate 3");
}

static void refuses_a_chain_that_does_not_fit_a_record(void)
{
    struct make_cert leaf = {.key = p256(0), .padding = CERT_CHAIN_MAX - 1500};
    make_pair(&leaf);
    check_taken("just under", "ECDSA");
    leaf.padding = CERT_CHAIN_MAX;
    make_pair(&leaf);
    check_refused("over", "over the 15000 that fit");
}

static void refuses_a_key_of_another_certificate(void)
{
    make_pair(&(struct make_cert){.key = p256(0)});
    key_text[0] = '\0';
    make_cert_append_key(key_text, p256(1));
    check_refused("same kind", "does not belong to the certificate");
    key_text[0] = '\0';
    make_cert_append_key(key_text, make_cert_key(MAKE_CERT_RSA_2048, 0));
    check_refused("other kind", "does not belong to the certificate");
    key_text[0] = '\0';
    make_cert_append_key(key_text, make_cert_key(MAKE_CERT_P384, 0));
    check_refused("other curve", "does not belong to the certificate");
    make_pair(&(struct make_cert){.key = make_cert_key(MAKE_CERT_RSA_2048, 0)});
    key_text[0] = '\0';
    make_cert_append_key(key_text, make_cert_key(MAKE_CERT_RSA_2048, 1));
    check_refused("other RSA", "does not belong to the certificate");
}

static void tells_that_the_own_certificate_must_stand_first(void)
{
    make_pair(&(struct make_cert){.key = p256(1), .issuer = "CN=mta-sts.example.com"});
    make_cert_append(chain_text, &(struct make_cert){.key = p256(0)});
    key_text[0] = '\0';
    make_cert_append_key(key_text, p256(0));
    check_refused("own last", "belongs to certificate 2 of the file");
}

static void refuses_must_staple_and_no_other_feature(void)
{
    struct make_cert leaf = {.key = p256(0), .tls_features = MUST_STAPLE};
    make_pair(&leaf);
    check_refused("must-staple", "must-staple");
    leaf.critical_tls_feature = true;
    make_pair(&leaf);
    check_refused("critical must-staple", "must-staple");
    leaf.tls_features = "\x30\x06\x02\x01\x11\x02\x01\x05";
    make_pair(&leaf);
    check_refused("must-staple second", "must-staple");
    leaf.tls_features = "\x30\x03\x02\x02\x05";
    make_pair(&leaf);
    check_refused("unreadable feature", "must-staple");
    leaf.tls_features = "\x30\x03\x02\x01\x11";
    make_pair(&leaf);
    check_taken("another feature", "ECDSA");

    make_pair(&(struct make_cert){.key = p256(0)});
    make_cert_append(chain_text, &(struct make_cert){.key = p256(1),
                                                     .subject = "CN=Test CA",
                                                     .ca = true,
                                                     .tls_features = MUST_STAPLE});
    check_taken("in the issuer", "ECDSA");
}

static void refuses_unknown_critical_extensions_of_the_own_certificate_alone(void)
{
    struct make_cert leaf = {.key = p256(0), .unknown = "x"};
    make_pair(&leaf);
    check_taken("not critical", "ECDSA");
    leaf.critical_unknown = true;
    make_pair(&leaf);
    check_refused("critical", "critical extension that senders do not know");

    make_pair(&(struct make_cert){.key = p256(0)});
    make_cert_append(chain_text, &(struct make_cert){.key = p256(1),
                                                     .subject = "CN=Test CA",
                                                     .ca = true,
                                                     .unknown = "x",
                                                     .critical_unknown = true});
    check_taken("critical in the issuer", "ECDSA");
}

static void wants_a_certificate_that_may_sign_and_serve(void)
{
    struct make_cert leaf = {.key = p256(0), .key_usage = MBEDTLS_X509_KU_DIGITAL_SIGNATURE};
    make_pair(&leaf);
    check_taken("may sign", "ECDSA");
    leaf.purpose = "\x01";
    make_pair(&leaf);
    check_taken("may serve", "ECDSA");
    leaf.purpose = "\x02";
    make_pair(&leaf);
    check_refused("for clients", "serverAuth");
    leaf.purpose = NULL;
    leaf.key_usage = MBEDTLS_X509_KU_KEY_ENCIPHERMENT;
    make_pair(&leaf);
    check_refused("may not sign", "digitalSignature");
}

static void reads_the_dates_as_seconds_since_the_epoch(void)
{
    static const char *const dates[] = {
        "19700101000000", "20000229235959", "20240229120000", "20261121230546", "20491231235959",
        "20500101000000", "21000228235959", "21000301000000", "99991231235959",
    };
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        struct cert cert;
        struct error why;
        struct tm date = {0};
        strptime(dates[i], "%Y%m%d%H%M%S", &date);
        int64_t expected = timegm(&date);
        make_pair(
            &(struct make_cert){.key = p256(0), .not_before = dates[i], .not_after = dates[i]});
        CHECK(parse(&cert, &why) == 0, "%s: %s", dates[i], why.text);
        CHECK(cert.not_before == expected && cert.not_after == expected, "%s: %lld is not %lld",
              dates[i], (long long)cert.not_after, (long long)expected);
        cert_free(&cert);
    }
}

static void takes_the_first_end_in_the_chain_and_an_expired_certificate(void)
{
    struct cert cert;
    struct error why;
    make_pair(&(struct make_cert){.key = p256(0), .not_after = "20300101000000"});
    make_cert_append(chain_text, &(struct make_cert){.key = p256(1),
                                                     .subject = "CN=Test CA",
                                                     .not_before = "19900101000000",
                                                     .not_after = "20210101000000"});
    CHECK(parse(&cert, &why) == 0, "%s", why.text);
    CHECK(cert.not_before == 1577836800 && cert.not_after == 1609459200, "%lld to %lld",
          (long long)cert.not_before, (long long)cert.not_after);
    cert_free(&cert);
}

static void covers_names_as_rfc_6125_says(void)
{
    static const struct {
        const char *names[MAKE_CERT_NAMES];
        const char *host;
        bool covered;
    } rows[] = {
        {{"mta-sts.example.com"}, "mta-sts.example.com", true},
        {{"MTA-STS.Example.COM"}, "mta-sts.example.com", true},
        {{"www.example.com", "mta-sts.example.com"}, "mta-sts.example.com", true},
        {{"*.example.com"}, "mta-sts.example.com", true},
        {{"*.example.com"}, "mta-sts.a.example.com", false},
        {{"*.example.com"}, "example.com", false},
        {{"*.example.com"}, "badexample.com", false},
        {{"*.mta-sts.example.com"}, "mta-sts.example.com", false},
        {{"mta-*.example.com"}, "mta-sts.example.com", false},
        {{"mta-sts.*.com"}, "mta-sts.example.com", false},
        {{"*"}, "mta-sts.example.com", false},
        {{"*."}, "mta-sts.example.com", false},
        {{"*.*.com"}, "mta-sts.example.com", false},
        {{"mta-sts.example.com."}, "mta-sts.example.com", false},
        {{"mta-sts.example.co"}, "mta-sts.example.com", false},
        {{"mta-sts.example.com.evil"}, "mta-sts.example.com", false},
        {{"example.com"}, "mta-sts.example.com", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert cert;
        struct error why;
        struct hostname host = {0};
        struct make_cert wanted = {.key = p256(0)};
        memcpy(wanted.names, rows[i].names, sizeof(wanted.names));
        memcpy(host.text, rows[i].host, strlen(rows[i].host));
        host.length = (unsigned char)strlen(rows[i].host);
        make_pair(&wanted);
        CHECK(parse(&cert, &why) == 0, "%s", why.text);
        CHECK(cert_covers(&cert, &host) == rows[i].covered, "%s, %s", rows[i].names[0],
              rows[i].host);
        cert_free(&cert);
    }
}

static void covers_all_of_another_when_no_host_is_lost(void)
{
    static const struct {
        const char *names[MAKE_CERT_NAMES];
        const char *others[MAKE_CERT_NAMES];
        bool covered;
    } rows[] = {
        {{"a.example"}, {"a.example"}, true},
        {{"b.example", "A.example"}, {"a.Example"}, true},
        {{"a.example"}, {"a.example", "b.example"}, false},
        {{"*.example"}, {"a.example", "*.EXAMPLE"}, true},
        {{"a.example"}, {"*.example"}, false},
        {{"*.example"}, {"a.b.example"}, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cert certs[2];
        struct error why;
        struct make_cert wanted[2] = {{.key = p256(0)}, {.key = p256(0)}};
        memcpy(wanted[0].names, rows[i].names, sizeof(wanted[0].names));
        memcpy(wanted[1].names, rows[i].others, sizeof(wanted[1].names));
        for (size_t n = 0; n < 2; n++) {
            make_pair(&wanted[n]);
            CHECK(parse(&certs[n], &why) == 0, "%s", why.text);
        }
        CHECK(cert_covers_all_of(&certs[0], &certs[1]) == rows[i].covered, "row %zu", i);
        cert_free(&certs[0]);
        cert_free(&certs[1]);
    }
}

static void does_not_look_for_names_in_the_subject(void)
{
    struct cert cert;
    struct error why;
    struct hostname host = {.length = 19, .text = "mta-sts.example.com"};
    make_pair(&(struct make_cert){.key = p256(0), .no_names = true});
    CHECK(parse(&cert, &why) == 0, "%s", why.text);
    CHECK(!cert_covers(&cert, &host), "the CN counted");
    cert_free(&cert);
}

static void starts_twice(void)
{
    struct error why;
    CHECK(cert_init(&why) == 0, "%s", why.text);
    CHECK(cert_init(&why) == 0, "%s", why.text);
}

static const struct test tests[] = {
    TEST(starts_twice),
    TEST(takes_each_kind_of_key_that_senders_know),
    TEST(refuses_keys_that_senders_refuse),
    TEST(takes_chain_and_key_in_one_file_in_either_order),
    TEST(takes_parameters_comments_and_crlf_around_the_blocks),
    TEST(tells_what_blocks_are_missing_or_too_many),
    TEST(refuses_encrypted_keys_with_their_own_sentence),
    TEST(refuses_blocks_that_mbedtls_would_pass_over_in_silence),
    TEST(refuses_bytes_that_are_no_pem),
    TEST(names_the_binary_form_that_a_file_has),
    TEST(refuses_a_file_cut_anywhere_but_between_blocks),
    TEST(refuses_a_damaged_certificate_in_the_middle_of_a_chain),
    TEST(wants_each_certificate_issued_by_the_next),
    TEST(refuses_a_chain_that_does_not_fit_a_record),
    TEST(refuses_a_key_of_another_certificate),
    TEST(tells_that_the_own_certificate_must_stand_first),
    TEST(refuses_must_staple_and_no_other_feature),
    TEST(refuses_unknown_critical_extensions_of_the_own_certificate_alone),
    TEST(wants_a_certificate_that_may_sign_and_serve),
    TEST(reads_the_dates_as_seconds_since_the_epoch),
    TEST(takes_the_first_end_in_the_chain_and_an_expired_certificate),
    TEST(covers_names_as_rfc_6125_says),
    TEST(covers_all_of_another_when_no_host_is_lost),
    TEST(does_not_look_for_names_in_the_subject),
};

TEST_MAIN(tests)
