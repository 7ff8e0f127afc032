/* SPDX-License-Identifier: ISC */
/* mbedtls_user_config: what the private mbedTLS is configured to beyond config.py's options; see
 * MBEDTLS_USER_CONFIG_FILE in its mbedtls_config.h. */
#ifndef MTA_STSD_MBEDTLS_USER_CONFIG_H
#define MTA_STSD_MBEDTLS_USER_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Blocks as large as a record buffer come from the program, where it has these (record_memory of
 * mta-stsd), and start a page. All others come from the C library, without a call in between. */
#define MTA_STSD_RECORD_MEMORY
#define MTA_STSD_LARGE 16384U
#define MTA_STSD_PAGE  4096U

#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO mta_stsd_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO   mta_stsd_free

void *record_memory_calloc(size_t count, size_t size) __attribute__((weak));
void record_memory_free(void *memory) __attribute__((weak));

static inline void *mta_stsd_calloc(size_t count, size_t size)
{
    if (size >= MTA_STSD_LARGE && record_memory_calloc != NULL)
        return record_memory_calloc(count, size);
    return calloc(count, size);
}

static inline void mta_stsd_free(void *memory)
{
    if ((uintptr_t)memory % MTA_STSD_PAGE == 0 && memory != NULL && record_memory_free != NULL)
        record_memory_free(memory);
    else
        free(memory);
}

#endif
