/* SPDX-License-Identifier: ISC */
/* proxy: parses the PROXY protocol header, version 1 and 2, from a counted buffer. Pure. */
#include "daemon/serve/proxy.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define V1_LINE_MAX 107 /* with CRLF: section 2.1 */
#define V2_FIXED    16  /* signature, version and command, family, length: section 2.2 */

static const char v1_start[] = "PROXY ";
static const unsigned char v2_start[] = "\r\n\r\n\0\r\nQUIT\n";

#define V1_START_LENGTH (sizeof(v1_start) - 1)
#define V2_START_LENGTH (sizeof(v2_start) - 1)

static bool starts_alike(const unsigned char *bytes, size_t length, const void *start,
                         size_t start_length)
{
    return memcmp(bytes, start, length < start_length ? length : start_length) == 0;
}

static struct network_address address_of_v4(const void *four_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    memcpy(&address.sin_addr, four_bytes, 4);
    return network_address_of((const struct sockaddr *)&address);
}

static struct network_address address_of_v6(const void *sixteen_bytes)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    memcpy(&address.sin6_addr, sixteen_bytes, 16);
    return network_address_of((const struct sockaddr *)&address);
}

/* "TCP4 192.0.2.1 198.51.100.1 56324 443", what stands between "PROXY " and CRLF. */
static bool read_v1_line(const char *line, struct network_address *source)
{
    char family[8], from[48], to[48];
    unsigned from_port, to_port;
    int end = 0;
    if (strncmp(line, "UNKNOWN", 7) == 0 && (line[7] == '\0' || line[7] == ' '))
        return true;
    if (sscanf(line, "%7s %47s %47s %5u %5u%n", family, from, to, &from_port, &to_port, &end) !=
            5 ||
        line[end] != '\0' || from_port > 65535 || to_port > 65535)
        return false;

    unsigned char parsed[16], ignored[16];
    if (strcmp(family, "TCP4") == 0 && inet_pton(AF_INET, from, parsed) == 1 &&
        inet_pton(AF_INET, to, ignored) == 1) {
        *source = address_of_v4(parsed);
        return true;
    }
    if (strcmp(family, "TCP6") == 0 && inet_pton(AF_INET6, from, parsed) == 1 &&
        inet_pton(AF_INET6, to, ignored) == 1) {
        *source = address_of_v6(parsed);
        return true;
    }
    return false;
}

static enum proxy_result read_v1(const unsigned char *bytes, size_t length,
                                 struct network_address *source, size_t *header_length)
{
    size_t window = length < V1_LINE_MAX ? length : V1_LINE_MAX;
    const unsigned char *end = memchr(bytes, '\n', window);
    if (end == NULL)
        return length < V1_LINE_MAX ? PROXY_RESULT_MORE : PROXY_RESULT_BAD;

    char line[V1_LINE_MAX + 1] = "";
    size_t line_length = (size_t)(end - bytes) - V1_START_LENGTH;
    memcpy(line, bytes + V1_START_LENGTH, line_length);
    if (line_length == 0 || line[line_length - 1] != '\r' || strlen(line) != line_length)
        return PROXY_RESULT_BAD;
    line[line_length - 1] = '\0';
    *header_length = (size_t)(end - bytes) + 1;
    return read_v1_line(line, source) ? PROXY_RESULT_WHOLE : PROXY_RESULT_BAD;
}

static enum proxy_result read_v2(const unsigned char *bytes, size_t length,
                                 struct network_address *source, size_t *header_length)
{
    if (length < V2_FIXED)
        return PROXY_RESULT_MORE;
    size_t rest = (size_t)bytes[14] << 8 | bytes[15];
    if (bytes[12] >> 4 != 2 || V2_FIXED + rest > PROXY_HEADER_MAX)
        return PROXY_RESULT_BAD;
    if (length < V2_FIXED + rest)
        return PROXY_RESULT_MORE;
    *header_length = V2_FIXED + rest;

    unsigned command = bytes[12] & 0x0fU, family = bytes[13] >> 4;
    if (command == 0) /* LOCAL: the proxy speaks for itself, a health check */
        return PROXY_RESULT_WHOLE;
    if (command != 1)
        return PROXY_RESULT_BAD;
    if (family == 1 && rest >= 12)
        *source = address_of_v4(bytes + V2_FIXED);
    else if (family == 2 && rest >= 36)
        *source = address_of_v6(bytes + V2_FIXED);
    else if (family == 1 || family == 2 || family > 3)
        return PROXY_RESULT_BAD;
    return PROXY_RESULT_WHOLE;
}

enum proxy_result proxy_read(const unsigned char *bytes, size_t length,
                             struct network_address *source, size_t *header_length)
{
    if (length == 0)
        return PROXY_RESULT_MORE;
    if (starts_alike(bytes, length, v2_start, V2_START_LENGTH))
        return length < V2_START_LENGTH ? PROXY_RESULT_MORE
                                        : read_v2(bytes, length, source, header_length);
    if (starts_alike(bytes, length, v1_start, V1_START_LENGTH))
        return length < V1_START_LENGTH ? PROXY_RESULT_MORE
                                        : read_v1(bytes, length, source, header_length);
    return PROXY_RESULT_BAD;
}
