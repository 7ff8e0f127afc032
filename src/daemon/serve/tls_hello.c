/* SPDX-License-Identifier: ISC */
/* tls_hello: finds the group of the key exchange in the server's own messages; mbedTLS has no
 * function that tells it. Pure. */
#include "daemon/serve/tls_hello.h"

#include <mbedtls/ssl.h>
#include <stdbool.h>

#define RECORD_HEADER  5
#define MESSAGE_HEADER 4
#define BEFORE_SESSION 34 /* bytes of a ServerHello: version and random */
#define BEHIND_SESSION 3  /* cipher suite and compression */
#define KEY_SHARE      51 /* RFC 8446 section 4.2 */
#define NAMED_CURVE    3  /* RFC 8422 section 5.4 */

static size_t number(const unsigned char *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

/* In the extensions of a ServerHello; 0: there is none. */
static unsigned of_extensions(const unsigned char *bytes, size_t length)
{
    while (length >= 4) {
        size_t size = number(bytes + 2);
        if (size > length - 4)
            return 0;
        if (number(bytes) == KEY_SHARE && size >= 2)
            return (unsigned)number(bytes + 4);
        bytes += 4 + size;
        length -= 4 + size;
    }
    return 0;
}

static unsigned of_hello(const unsigned char *body, size_t length)
{
    if (length <= BEFORE_SESSION)
        return 0;
    size_t extensions = BEFORE_SESSION + 1 + body[BEFORE_SESSION] + BEHIND_SESSION;
    if (length < extensions + 2 || number(body + extensions) > length - extensions - 2)
        return 0;
    return of_extensions(body + extensions + 2, number(body + extensions));
}

unsigned tls_hello_group(const unsigned char *record, size_t length, unsigned before)
{
    unsigned group = 0;
    if (length <= RECORD_HEADER + MESSAGE_HEADER || record[0] != MBEDTLS_SSL_MSG_HANDSHAKE ||
        number(record + 3) != length - RECORD_HEADER)
        return before;
    const unsigned char *body = record + RECORD_HEADER + MESSAGE_HEADER;
    size_t left = length - RECORD_HEADER - MESSAGE_HEADER;
    if (record[RECORD_HEADER] == MBEDTLS_SSL_HS_SERVER_HELLO)
        group = of_hello(body, left);
    else if (record[RECORD_HEADER] == MBEDTLS_SSL_HS_SERVER_KEY_EXCHANGE && left >= 3 &&
             body[0] == NAMED_CURVE)
        group = (unsigned)number(body + 1);
    return group != 0 ? group : before;
}

const char *tls_hello_group_name(unsigned group)
{
    static const struct {
        unsigned group;
        const char *name;
    } names[] = {
        {0, "-"},
        {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, "x25519"},
        {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, "secp256r1"},
        {MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, "secp384r1"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].group == group)
            return names[i].name;
    return "other";
}
