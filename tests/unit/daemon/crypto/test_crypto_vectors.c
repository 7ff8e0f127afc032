/* SPDX-License-Identifier: ISC */
/* test_crypto_vectors: the published vectors of python3-cryptography-vectors, where it is
 * installed. */
#include <mbedtls/md.h>
#include <stdbool.h>

#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_p256.h"
#include "daemon/crypto/crypto_x25519.h"
#include "hex.h"
#include "test.h"

#define DIRECTORY  "/usr/lib/python3/dist-packages/cryptography_vectors/asymmetric/"
#define BYTES      32
#define LINE_BYTES 4096

/* The values of one vector, filled line by line, "Name = digits". */
struct vector {
    char section[64]; /* the last line in brackets */
    unsigned char message[1024];
    size_t message_length;
    unsigned char d[BYTES], k[BYTES], r[BYTES], s[BYTES]; /* SigGen */
    unsigned char point[2 * BYTES], z[BYTES];             /* KASValidityTest */
    unsigned char scalar[BYTES], u[BYTES];                /* rfc7748 */
};

static void take_value(struct vector *vector, const char *name, const char *digits)
{
    const struct {
        const char *name;
        unsigned char *out;
    } rows[] = {
        {"d", vector->d},       {"k", vector->k},           {"R", vector->r},
        {"S", vector->s},       {"QsCAVSx", vector->point}, {"QsCAVSy", vector->point + BYTES},
        {"dsIUT", vector->d},   {"Z", vector->z},           {"INPUT_SCALAR", vector->scalar},
        {"INPUT_U", vector->u}, {"OUTPUT_U", vector->z}};
    if (strcmp(name, "Msg") == 0)
        vector->message_length = hex_read(vector->message, sizeof(vector->message), digits);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            hex_read(rows[i].out, BYTES, digits);
}

/* Calls judge for each line that has a value, the vector as it is then. Returns what it counted. */
static int read_vectors(const char *path, int (*judge)(const struct vector *vector,
                                                       const char *name, const char *value))
{
    static struct vector vector;
    static char line[LINE_BYTES];
    int count = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        printf("# %s is not here: install python3-cryptography-vectors\n", path);
        return -1;
    }
    memset(&vector, 0, sizeof(vector));
    while (fgets(line, sizeof(line), file) != NULL) {
        char name[32], value[8];
        const char *equals = strstr(line, " = ");
        if (line[0] == '[')
            (void)snprintf(vector.section, sizeof(vector.section), "%.*s",
                           (int)strcspn(line, "\r\n"), line);
        if (equals == NULL || sscanf(line, "%31s = %7s", name, value) != 2)
            continue;
        take_value(&vector, name, equals + 3);
        count += judge(&vector, name, value);
    }
    (void)fclose(file);
    return count;
}

static int judge_signature(const struct vector *vector, const char *name, const char *value)
{
    static const struct {
        const char *section;
        mbedtls_md_type_t hash;
    } rows[] = {{"[P-256,SHA-224]", MBEDTLS_MD_SHA224},
                {"[P-256,SHA-256]", MBEDTLS_MD_SHA256},
                {"[P-256,SHA-384]", MBEDTLS_MD_SHA384},
                {"[P-256,SHA-512]", MBEDTLS_MD_SHA512}};
    (void)value;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && strcmp(name, "S") == 0; i++) {
        const mbedtls_md_info_t *info = mbedtls_md_info_from_type(rows[i].hash);
        unsigned char hash[64], made[2 * BYTES], mask[BYTES] = {[BYTES - 1] = 3};
        if (strcmp(vector->section, rows[i].section) != 0)
            continue;
        CHECK(mbedtls_md(info, vector->message, vector->message_length, hash) == 0);
        CHECK(crypto_p256_sign(made, vector->d, vector->k, mask, hash, mbedtls_md_get_size(info)));
        CHECK(memcmp(made, vector->r, BYTES) == 0 && memcmp(made + BYTES, vector->s, BYTES) == 0,
              "%s", vector->section);
        return 1;
    }
    return 0;
}

static void signs_as_nist_says(void)
{
    int count = read_vectors(DIRECTORY "ECDSA/FIPS_186-3/SigGen.txt", judge_signature);
    CHECK(count == -1 || count == 60, "%d", count);
}

/* Errors 1, 2 and 9 are of a key derivation, or of values that are not given to us. */
static int judge_agreement(const struct vector *vector, const char *name, const char *value)
{
    unsigned char made[2 * BYTES] = {0};
    if (strncmp(vector->section, "[EC - ", 6) != 0 || strcmp(name, "Result") != 0 ||
        value[0] != 'P')
        return 0;
    CHECK(crypto_p256_multiply(made, vector->d, vector->point));
    CHECK(memcmp(made, vector->z, BYTES) == 0, "%s", hex_show(vector->d, BYTES));
    return 1;
}

static void agrees_as_nist_says(void)
{
    int count = read_vectors(DIRECTORY "ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax",
                             judge_agreement);
    CHECK(count == -1 || count > 10, "%d", count);
}

static int judge_x25519(const struct vector *vector, const char *name, const char *value)
{
    unsigned char made[BYTES];
    (void)value;
    if (strcmp(name, "OUTPUT_U") != 0)
        return 0;
    CHECK(crypto_x25519(made, vector->scalar, vector->u));
    CHECK(memcmp(made, vector->z, BYTES) == 0, "%s", hex_show(vector->scalar, BYTES));
    return 1;
}

static void multiplies_as_rfc_7748_says(void)
{
    int count = read_vectors(DIRECTORY "X25519/rfc7748.txt", judge_x25519);
    CHECK(count == -1 || count >= 3, "%d", count);
}

static const struct test tests[] = {
    TEST(signs_as_nist_says),
    TEST(agrees_as_nist_says),
    TEST(multiplies_as_rfc_7748_says),
};

int main(void)
{
    crypto_arena_install();
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
