/* SPDX-License-Identifier: ISC */
/* test_crypto_wiped: nothing of a key stays on the stack of a thread that has used it. */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_p256.h"
#include "daemon/crypto/crypto_rsa.h"
#include "daemon/crypto/crypto_x25519.h"
#include "hex.h"
#include "test.h"

#define STACK_BYTES (1024 * 1024)
#define WINDOW      16 /* bytes in a row that are no accident */
#define NUMBER_MAX  (CRYPTO_RSA_BYTES_MIN / 2)

/* What is looked for: numbers, as they are and with their bytes in the order of limbs. */
static const unsigned char *secrets[8];
static size_t secret_size;
static unsigned char *stack;
static bool was_seen; /* within an operation: the search finds what is there */

static bool holds(const unsigned char *copy, const unsigned char *secret)
{
    unsigned char turned[NUMBER_MAX];
    for (size_t i = 0; i < secret_size; i++)
        turned[i] = secret[secret_size - 1 - i];
    for (size_t i = 0; i + WINDOW <= secret_size; i += 8)
        if (memmem(copy, STACK_BYTES, secret + i, WINDOW) != NULL ||
            memmem(copy, STACK_BYTES, turned + i, WINDOW) != NULL)
            return true;
    return false;
}

/* By way of /proc/self/mem, since valgrind and ASan forbid to read what no frame has. */
static bool stack_holds_a_secret(void)
{
    static unsigned char copy[STACK_BYTES];
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : pread(fd, copy, sizeof(copy), (off_t)(uintptr_t)stack);
    CHECK(got == STACK_BYTES, "the stack cannot be read");
    (void)close(fd);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]) && secrets[i] != NULL; i++)
        if (holds(copy, secrets[i]))
            return true;
    return false;
}

/* Fills with bytes that are not random, and looks around meanwhile. */
static int look(void *context, unsigned char *out, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++)
        out[i] = (unsigned char)(i * 37 + 11);
    was_seen = was_seen || stack_holds_a_secret();
    return 0;
}

static unsigned char secret_key[32], secret_nonce[32];

/* Each must do some work in the arena, or its wiping would not be seen. */
static void *use_p256(void *argument)
{
    unsigned char out[64], hash[32] = {5}, mask[32] = {7};
    (void)argument;
    CHECK(crypto_p256_sign(out, secret_key, secret_nonce, mask, hash, sizeof(hash)));
    CHECK(crypto_p256_multiply_base(out, secret_key));
    CHECK(crypto_p256_multiply(out, secret_nonce, out));
    explicit_bzero(out, sizeof(out)); /* the caller's */
    return NULL;
}

static void *use_x25519(void *argument)
{
    unsigned char out[32], point[32] = {9};
    (void)argument;
    CHECK(crypto_x25519(out, secret_key, point));
    CHECK(crypto_x25519(point, secret_nonce, out));
    return NULL;
}

static struct crypto_rsa_key rsa;

static void *use_rsa(void *argument)
{
    unsigned char out[CRYPTO_RSA_BYTES_MIN], hash[32] = {6};
    (void)argument;
    CHECK(crypto_rsa_sign(out, &rsa, CRYPTO_RSA_PADDING_PKCS1, hash, sizeof(hash), look, NULL));
    CHECK(crypto_rsa_sign(out, &rsa, CRYPTO_RSA_PADDING_PSS, hash, sizeof(hash), look, NULL));
    return NULL;
}

static void *leave_it(void *argument)
{
    volatile unsigned char copies[65536];
    (void)argument;
    for (size_t i = 0; i < sizeof(copies); i++)
        copies[i] = secret_key[i % sizeof(secret_key)];
    return NULL;
}

static void run(void *(*use)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, 0, STACK_BYTES);
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstack(&attributes, stack, STACK_BYTES) == 0);
    CHECK(pthread_create(&thread, &attributes, use, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
}

static void take_curve_keys(void)
{
    for (size_t i = 0; i < sizeof(secret_key); i++) {
        secret_key[i] = (unsigned char)(i * 71 + 3);
        secret_nonce[i] = (unsigned char)(i * 53 + 101);
    }
    memset(secrets, 0, sizeof(secrets));
    secrets[0] = secret_key;
    secrets[1] = secret_nonce;
    secret_size = sizeof(secret_key);
}

static void the_search_finds_what_is_left(void)
{
    take_curve_keys();
    run(leave_it);
    CHECK(stack_holds_a_secret());
}

static void keys_of_curves_are_wiped(void)
{
    take_curve_keys();
    run(use_p256);
    CHECK(!stack_holds_a_secret(), "P-256");
    run(use_x25519);
    CHECK(!stack_holds_a_secret(), "X25519");
}

static void keys_of_rsa_are_wiped(void)
{
    static const char *const digits[] = {
        "bc82d5898ff166ae04a6aa0126612817f1f45a55e43d3be21ef5f8fde9bcba4f7199f403ed2f0018"
        "05efdbcb4e39c2de78bf1eb274d2f883bfbf7a372913cc433bc8b2a9c831d55cebd5d5f0702d27d1"
        "9ed66fc6de8d4da422f05f85521ea8f36ccf615ac4428ccc5db511e8427b0049da76c673fb687c3a"
        "77b90de601b4dd62888e13337eb8c81b498c95cb51b46618a8334e6997b8d3a76f97954eece04158"
        "850a6f1781adf40a9c677328ad0f50d86b138813cc976681814c1195f817b79e1418d21f5bb2e8d7"
        "f275594bc2256c9b49262b3f6a64b4fd42262fbd92af36ba2d79f8a7f313c78baf61dcbf5282646e"
        "36e904d0f197029ac4aadce8acfa295f",
        "f084e083294dd74341d6701d92b2c83864a2d6c27e53e131e9ced327cb06d03e192de5af79e95a25"
        "28b945685c462c118d541367feba67c97e24854c83641249257440f8326120241a9c4c827d52af0b"
        "82923557b2ab2d0b38aee81db4b11f8aba5fa2b50f11eae96966493e7062fb92d1cfede7831c0b73"
        "78b5b319da70021b",
        "c8a5008685aabd3e8f4b461c4bfece9bdadf422e36199d63dec563e13bb43291f249102080a9d504"
        "c78e97b8631dd566e77836c7df5ae86d4c6390ad185b0dab38449de3547d9b9cf1fe58fe28349a5b"
        "ea715e148cfd56ca8764ee35bdbf20ee6098805d7d47e0f459c24d4f64005173b6540037d4471c3b"
        "76314a4e9aef0a0d",
        "c9e66128f93534ac6ac9fd97759bca633c674d6c3aeb62b0a99a4abaaebd6b75956167dba3b4f54d"
        "18205e593a8c5555ee93532f0b2fa30c0b6dd0cfe7c3cb6dc7990d28cbf1a82f667f29e2a81d0e7f"
        "d4fdb2f589301441c5355df801c465bbe8b37b3c0e08766fb5607dbf824c34ee8c5dc5518047bc7d"
        "142942cd43069f5d",
        "23a6d602112c3676304602ce325eb35d9435896fe6a304896363158d46eb8cf4cbe5599d3cdf707f"
        "69ea176167133d010cee1a65c77542c971025c09b5c330199564f3dd19fd3bb25679885c98ce4803"
        "3f1427d06500faf3ffbcda6ae82d56efa4705496c815068ec48836ee7d69650fb77d1390d8024eac"
        "ee2271fea79f03dd",
        "4b1556293a8c210fae972479c02f09eb30c75e1782b8ecea927ecd44ff44bb4b136dfead683e19d4"
        "7f26fc25c8c9baa67dd56a99f44fe1ccfc26dd0046a9c8f8c4832f6bef623e5e3e32a45313ac49f4"
        "8b18f948553dc604b7e3ce8d79b2913ca550946b69e5e680daa76640a610771d134dc7c6ec88ce70"
        "0982efdc12cfdd8c",
    };
    unsigned char *const numbers[] = {rsa.n, rsa.p, rsa.q, rsa.dp, rsa.dq, rsa.qp};
    rsa.size = CRYPTO_RSA_BYTES_MIN;
    memcpy(rsa.e, "\0\0\0\0\0\1\0\1", sizeof(rsa.e));
    memset(secrets, 0, sizeof(secrets));
    secret_size = NUMBER_MAX;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        hex_read(numbers[i], i == 0 ? rsa.size : rsa.size / 2, digits[i]);
        if (i > 0)
            secrets[i - 1] = numbers[i];
    }
    was_seen = false;
    run(use_rsa);
    CHECK(was_seen, "the operation has it on its stack");
    CHECK(!stack_holds_a_secret());
}

static const struct test tests[] = {
    TEST(the_search_finds_what_is_left),
    TEST(keys_of_curves_are_wiped),
    TEST(keys_of_rsa_are_wiped),
};

int main(void)
{
    crypto_arena_install();
    stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        return 1;
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
