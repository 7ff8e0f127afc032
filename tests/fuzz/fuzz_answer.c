/* SPDX-License-Identifier: ISC */
/* fuzz_answer: the answer to any target and fields: the first line is the target, each further one
 * a field. The policy is never given under another name, to another path, or to an ambiguous
 * request. */
#include "daemon/serve/answer.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static union {
    struct config_policy policy;
    char room[sizeof(struct config_policy) + 16];
} policy = {.policy = {.length = 6}};

static void read_fields(struct answer_request *request, const char *bytes, size_t size)
{
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        size_t line = end == NULL ? size : (size_t)(end - bytes);
        const char *colon = memchr(bytes, ':', line);
        size_t name = colon == NULL ? line : (size_t)(colon - bytes);
        size_t skip = colon == NULL ? line : name + 1;
        answer_read_field(request, bytes, name, bytes + skip, line - skip);
        bytes += line + (end != NULL);
        size -= line + (end != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hostname host = {.length = 19, .text = "mta-sts.example.com"};
    static const char *const methods[] = {"GET", "HEAD", "POST"};
    struct site site = {.domain = "example.com", .policy = &policy.policy};
    char target[512] = "";
    const char *bytes = (const char *)data;
    const char *end = memchr(bytes, '\n', size);
    size_t line = end == NULL ? size : (size_t)(end - bytes);
    if (line >= sizeof(target))
        return 0;
    memcpy(target, bytes, line);

    struct answer_request request = {.http_1_0 = size % 2 == 0};
    answer_read_target(&request, target);
    read_fields(&request, bytes + line + (end != NULL), size - line - (end != NULL));
    unsigned early = answer_early_status(&request);
    assert(early == 0 || early == 400 || early == 413);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]) && early == 0; i++) {
        struct answer answer;
        answer_make(&answer, &request, methods[i], &host, &site);
        if (answer.status != 200)
            continue;
        const char *path = strstr(target, ANSWER_PATH);
        assert(i < 2 && path != NULL && path[strlen(ANSWER_PATH)] == '\0');
        assert(request.host_fields <= 1 && request.content_length <= ANSWER_BODY_MAX);
    }
    return 0;
}
