/* SPDX-License-Identifier: ISC */
/* fuzz_inifile: any bytes as an ini file; what is told must be what stands in its line. */
#include "common/config/inifile.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/iniline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct check {
    const char *bytes;
    size_t length;
    unsigned line; /* told last */
    bool in_section;
};

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

/* The bytes of a line, without its end. */
static struct span find_line(const struct check *check, unsigned line)
{
    const char *at = check->bytes;
    const char *end = check->bytes + check->length;
    for (unsigned i = 1; i < line && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline != NULL ? newline + 1 : end;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((newline != NULL ? newline : end) - at);
    if (newline != NULL && length > 0 && at[length - 1] == '\r')
        length--;
    return (struct span){.bytes = at, .length = length};
}

static bool stands_in(const struct check *check, unsigned line, const char *bytes, size_t length)
{
    struct span text = find_line(check, line);
    return length == 0 || memmem(text.bytes, text.length, bytes, length) != NULL;
}

static int take_section(void *context, unsigned line, const char *title, size_t length,
                        const char *broken)
{
    struct check *check = context;
    check_that(line > check->line && (broken == NULL || *broken != '\0'));
    check_that(stands_in(check, line, title, length));
    check->line = line;
    check->in_section = true;
    return 0;
}

static int take_pair(void *context, unsigned line, const char *key, const char *value)
{
    struct check *check = context;
    check_that(line > check->line && check->in_section);
    check_that(*key != '\0' && *value != '\0');
    struct span text = find_line(check, line);
    struct iniline judged = iniline_judge(text.bytes, text.length);
    check_that(judged.kind == INILINE_PAIR); /* inih and iniline split it alike */
    check_that(span_equal(judged.key, key) && span_equal(judged.value, value));
    check->line = line;
    return 0;
}

static int take_broken(void *context, unsigned line, const char *sentence)
{
    struct check *check = context;
    check_that(line >= check->line && *sentence != '\0');
    /* A byte order mark is told apart from the line it stands in. */
    check->line = line > 1 ? line : 0;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct inifile_events events = {take_section, take_pair, take_broken};
    struct error why;
    struct check check = {.bytes = (const char *)data, .length = size};
    check_that(inifile_read(check.bytes, size, &events, &check, &why) == 0);
    return 0;
}
