/* SPDX-License-Identifier: ISC */
/* dnsdata: parses the data of DNS records in wire format, which is not trusted. */
#include "ctl/net/dnsdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 63, WIRE_NAME_MAX = 255 };

static char lower(unsigned char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

static bool is_plain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
           byte == '_' || byte == '*';
}

/* Writes one label; the text never outgrows four characters a byte. */
static char *write_label(char *out, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char byte = lower(bytes[i]);
        if (is_plain(byte))
            *out++ = byte;
        else
            out += snprintf(out, 5, "\\%03u", bytes[i]);
    }
    return out;
}

int dnsdata_name(char out[DNSDATA_NAME_MAX], const unsigned char *bytes, size_t length)
{
    char *at = out;
    size_t used = 0;
    out[0] = '\0';
    if (length == 0 || length > WIRE_NAME_MAX)
        return -1;
    while (used < length && bytes[used] != 0) {
        size_t label = bytes[used++];
        if (label > LABEL_MAX || label >= length - used) {
            out[0] = '\0';
            return -1;
        }
        if (at != out)
            *at++ = '.';
        at = write_label(at, bytes + used, label);
        used += label;
    }
    if (used + 1 != length) {
        out[0] = '\0';
        return -1;
    }
    if (at == out)
        *at++ = '.';
    *at = '\0';
    return 0;
}

int dnsdata_mx(struct dnsdata_mx *out, const unsigned char *bytes, size_t length)
{
    *out = (struct dnsdata_mx){0};
    if (length < 3 || dnsdata_name(out->host, bytes + 2, length - 2) != 0)
        return -1;
    out->preference = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return 0;
}

int dnsdata_txt(char **out, size_t *out_length, const unsigned char *bytes, size_t length)
{
    size_t used = 0;
    *out_length = 0;
    *out = malloc(length + 1);
    if (*out == NULL)
        return -1;
    while (used < length) {
        size_t string = bytes[used++];
        if (string > length - used) {
            free(*out);
            *out = NULL;
            *out_length = 0;
            return -1;
        }
        memcpy(*out + *out_length, bytes + used, string);
        *out_length += string;
        used += string;
    }
    (*out)[*out_length] = '\0';
    return 0;
}

int dnsdata_caa(struct dnsdata_caa *out, const unsigned char *bytes, size_t length)
{
    *out = (struct dnsdata_caa){0};
    if (length < 3 || bytes[1] == 0 || bytes[1] > length - 2)
        return -1;
    size_t tag = bytes[1];
    out->critical = (bytes[0] & 0x80) != 0;
    for (size_t i = 0; i < tag && i < sizeof(out->tag) - 1; i++)
        out->tag[i] = lower(bytes[2 + i]);
    out->value = (const char *)bytes + 2 + tag;
    out->value_length = length - 2 - tag;
    return 0;
}

int dnsdata_tlsa(struct dnsdata_tlsa *out, const unsigned char *bytes, size_t length)
{
    *out = (struct dnsdata_tlsa){0};
    if (length < 4)
        return -1;
    *out = (struct dnsdata_tlsa){bytes[0], bytes[1], bytes[2], bytes + 3, length - 3};
    return 0;
}

void dnsdata_make_printable(char *text)
{
    for (; *text != '\0'; text++)
        *text = *text > 0x20 && *text < 0x7f ? lower((unsigned char)*text) : '?';
}
