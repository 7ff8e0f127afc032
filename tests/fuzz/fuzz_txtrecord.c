/* SPDX-License-Identifier: ISC */
/* fuzz_txtrecord: any bytes as the set of TXT records, one a line, of MTA-STS and of TLSRPT. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/span.h"
#include "ctl/net/txtrecord.h"

#define TEXTS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(void *context, const struct finding *finding)
{
    bool *failed = context;
    assert(strchr("DT", finding->rule[0]) != NULL && finding->advice[0] != '\0');
    for (const char *text = finding->problem; *text != '\0'; text++)
        assert(*text >= ' ' && *text <= '~');
    *failed = *failed || finding->severity == SEVERITY_ERROR;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span texts[TEXTS_MAX] = {{NULL, 0}};
    struct txtrecord_sts sts;
    struct txtrecord_tlsrpt tlsrpt;
    const char *rest = (const char *)data, *end = rest + size;
    size_t count = 0;
    bool failed = false;

    while (rest < end && count < TEXTS_MAX) {
        const char *line = memchr(rest, '\n', (size_t)(end - rest));
        const char *stop = line != NULL ? line : end;
        texts[count++] = (struct span){rest, (size_t)(stop - rest)};
        rest = line != NULL ? line + 1 : end;
    }
    if (txtrecord_judge_sts(&sts, texts, count, hear, &failed))
        assert(!failed && txtrecord_is_id(sts.id, strlen(sts.id)));
    else
        assert(failed || count == 0);
    failed = false;
    if (txtrecord_judge_tlsrpt(&tlsrpt, texts, count, hear, &failed))
        assert(!failed && tlsrpt.uri_count > 0);
    else
        assert(failed || count == 0);
    for (size_t i = 0; i < tlsrpt.uri_count; i++)
        assert(memchr(tlsrpt.uris[i].bytes, ',', tlsrpt.uris[i].length) == NULL);
    txtrecord_judge_elsewhere(texts, count, hear, &failed);
    return 0;
}
