/* SPDX-License-Identifier: ISC */
/* fuzz_challenge: any bytes as the file of a digest, and, cut at a NUL, as the two files that
 * dehydrated writes. What is answered with is a certificate for the host, and has its key. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cert/certkey.h"
#include "daemon/hosts/challenge_parts.h"
#include "memory_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hostname host = {.length = 19, .text = "mta-sts.example.com"};

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static void try_challenge(void)
{
    static const struct challenge_stamps none;
    struct error why = {.text = ""};
    struct challenge *challenge, *again;
    if (challenge_load(&challenge, "/f", &host, &none, &why) != CHALLENGE_NEWS_LOADED) {
        check_that(challenge == NULL && why.text[0] != '\0');
        return;
    }
    struct cert *cert = challenge_cert(challenge);
    check_that(cert_covers(cert, &host) && cert->chain.next == NULL);
    check_that(certkey_compare(&cert->chain.pk, &cert->key) == 0);
    check_that(challenge_load(&again, "/f", &host, &challenge->stamps, &why) ==
               CHALLENGE_NEWS_SAME);
    challenge_unref(challenge);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = memchr(data, '\0', size);
    check_that(cert_init(NULL) == 0);
    memory_files_put("/f/mta-sts.example.com", cut == NULL ? data : NULL, size);
    memory_files_put("/f/mta-sts.example.com.crt.pem", cut != NULL ? data : NULL,
                     cut != NULL ? (size_t)(cut - data) : 0);
    memory_files_put("/f/mta-sts.example.com.key.pem", cut != NULL ? cut + 1 : NULL,
                     cut != NULL ? size - (size_t)(cut - data) - 1 : 0);
    try_challenge();
    return 0;
}
