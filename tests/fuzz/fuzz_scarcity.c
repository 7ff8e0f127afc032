/* SPDX-License-Identifier: ISC */
/* fuzz_scarcity: whole connections of four clients for which there are three slots, while the
 * script has descriptors and memory run out at any point. */
#include "stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* mbedTLS 3.6 frees a record transform without the cipher contexts in it where memory runs out
 * between the first context and the second (ssl_tls13_keys.c): at most some hundred bytes for each
 * handshake that fails so. Nothing of ours is allocated below these functions. */
const char *__lsan_default_suppressions(void)
{
    return "leak:chachapoly_ctx_alloc\nleak:gcm_ctx_alloc\nleak:ccm_ctx_alloc\nleak:aes_ctx_"
           "alloc\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stage_wish wish = {.clients = 4, .max_connections = 3, .is_scarce = true};
    stage_play(&wish, &(struct stage_input){data, size});
    return 0;
}
