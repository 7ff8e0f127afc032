/* SPDX-License-Identifier: ISC */
/* fuzz_proxy: the PROXY header's reader on any bytes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/serve/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network_address source = {{0}};
    size_t header = 0;
    if (proxy_read(data, size, &source, &header) == PROXY_RESULT_WHOLE)
        assert(header > 0 && header <= size && header <= PROXY_HEADER_MAX);
    return 0;
}
