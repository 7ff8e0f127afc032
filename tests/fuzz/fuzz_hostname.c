/* SPDX-License-Identifier: ISC */
/* fuzz_hostname: any bytes as a name, an authority and an MX pattern; what is accepted is a name.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/name/hostname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct hostname *name)
{
    struct hostname again;

    assert(name->length >= 3 && name->length <= HOSTNAME_MAX);
    assert(strlen(name->text) == name->length);
    assert(strspn(name->text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == name->length);
    assert(hostname_parse(&again, name->text, name->length, NULL) == 0);
    assert(hostname_equal(name, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct hostname name;
    struct hostname host;
    struct error why = {.text = ""};
    char right[HOSTNAME_MAX + 1];

    int result = hostname_parse(&name, bytes, size, &why);
    assert(hostname_parse(&host, bytes, size, NULL) == result);
    assert((result == 0) == (why.text[0] == '\0'));
    if (result == 0) {
        check_name(&name);
        assert(name.length == size && hostname_mx_fault(bytes, size) == HOSTNAME_FINE);
        if (hostname_policy_host(&host, &name, &why) == 0)
            check_name(&host);
    } else {
        assert(name.length == 0 && name.text[0] == '\0');
    }

    if (hostname_parse_authority(&host, bytes, size, &why) == 0)
        check_name(&host);
    else
        assert(result != 0 && host.length == 0);

    why.text[0] = '\0';
    result = hostname_check_mx_pattern(bytes, size, &why);
    assert((result == 0) == (why.text[0] == '\0'));
    assert((result == 0) == (hostname_mx_fault(bytes, size) == HOSTNAME_FINE));
    if (hostname_suggest(right, bytes, size))
        assert(hostname_mx_fault(right, strlen(right)) == HOSTNAME_FINE);
    return 0;
}
