/* SPDX-License-Identifier: ISC */
/* fuzz_connection: whole connections of two clients that a script leads. */
#include "stage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stage_wish wish = {.clients = 2, .max_connections = 8};
    stage_play(&wish, &(struct stage_input){data, size});
    return 0;
}
