/* SPDX-License-Identifier: ISC */
/* record_memory: the memory of mbedTLS's two record buffers, which a session that waits gives back
 * to the system. */
#include "daemon/serve/record_memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096U /* where pages are larger, too little of a buffer is a whole page */

static _Thread_local struct record_memory *current;

void record_memory_begin(struct record_memory *memory)
{
    current = memory;
}

void record_memory_end(void)
{
    current = NULL;
}

/* The bytes keep what they are where the system takes no pages back, as with mlockall(2). */
static void drop_pages(unsigned char *bytes, size_t size)
{
    (void)madvise(bytes, size - size % PAGE, MADV_DONTNEED);
}

void record_memory_give_back(struct record_memory *memory)
{
    if (memory->is_given_back || memory->count == 0)
        return;
    for (size_t i = 0; i < memory->count; i++) {
        memcpy(memory->blocks[i].head, memory->blocks[i].bytes, RECORD_MEMORY_HEAD);
        drop_pages(memory->blocks[i].bytes, memory->blocks[i].size);
    }
    memory->is_given_back = memory->was_given_back = true;
}

void record_memory_take(struct record_memory *memory)
{
    if (!memory->is_given_back)
        return;
    memory->is_given_back = false;
    for (size_t i = 0; i < memory->count; i++)
        memcpy(memory->blocks[i].bytes, memory->blocks[i].head, RECORD_MEMORY_HEAD);
}

/* The bytes lie between pages of other blocks, so that nothing of these pages is wasted. */
void *record_memory_calloc(size_t count, size_t size)
{
    struct record_memory *memory = current;
    void *bytes;
    if (memory == NULL || memory->count == RECORD_MEMORY_BLOCKS || count != 1 || size < PAGE ||
        sysconf(_SC_PAGESIZE) != (long)PAGE)
        return calloc(count, size);
    if (posix_memalign(&bytes, PAGE, size) != 0)
        return NULL;
    memset(bytes, 0, size);
    memory->blocks[memory->count].bytes = bytes;
    memory->blocks[memory->count++].size = size;
    return bytes;
}

/* mbedTLS clears a buffer before it frees it, and has filled the pages again by that. */
void record_memory_free(void *bytes)
{
    struct record_memory *memory = current;
    for (size_t i = 0; memory != NULL && memory->was_given_back && i < memory->count; i++)
        if (memory->blocks[i].bytes == bytes)
            drop_pages(memory->blocks[i].bytes, memory->blocks[i].size);
    free(bytes);
}
