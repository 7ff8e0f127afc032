/* SPDX-License-Identifier: ISC */
/* fuzz_scarcity: whole connections of four clients for which there are three slots, while the
 * script has descriptors and memory run out at any point. */
#include "stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stage_wish wish = {.clients = 4, .max_connections = 3, .is_scarce = true};
    stage_play(&wish, &(struct stage_input){data, size});
    return 0;
}
