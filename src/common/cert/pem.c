/* SPDX-License-Identifier: ISC */
/* pem: the blocks of a PEM file (RFC 7468), counted before any is decoded, so that half a file is
 * never taken for a whole one. */
#include "common/cert/pem.h"

#include <string.h>

#define BEGIN     "-----BEGIN "
#define END       "-----END "
#define DASHES    "-----"
#define LABEL_MAX 64

/* A label between its dashes, and where the text goes on after them. */
struct label {
    char text[LABEL_MAX];
    const char *after;
};

static int read_label(struct label *out, const char *at)
{
    size_t length = strcspn(at, "-\r\n");
    if (length >= sizeof(out->text) || strncmp(at + length, DASHES, strlen(DASHES)) != 0)
        return -1;
    memcpy(out->text, at, length);
    out->text[length] = '\0';
    out->after = at + length + strlen(DASHES);
    return 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_key_label(const char *label)
{
    static const char *const known[] = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY",
                                        "ENCRYPTED PRIVATE KEY"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(label, known[i]) == 0)
            return true;
    return false;
}

/* RFC 1421 section 4.6.1.1 puts it on the block's first line. */
static bool asks_for_password(const char *label, const char *body, const char *end)
{
    const char *header = strstr(body, "Proc-Type: 4,ENCRYPTED");
    return strncmp(label, "ENCRYPTED ", 10) == 0 || (header != NULL && header < end);
}

static int count_block(struct pem_blocks *out, const char *what, const struct label *label,
                       const char *end, struct error *why)
{
    if (strcmp(label->text, "CERTIFICATE") == 0) {
        out->certificates++;
        return 0;
    }
    if (is_key_label(label->text)) {
        out->keys++;
        out->encrypted = out->encrypted || asks_for_password(label->text, label->after, end);
        return 0;
    }
    if (strcmp(label->text, "PKCS7") == 0) {
        return error_set(
            why,
            "%s holds a block \"PKCS7\" (.p7b); convert it with \"openssl pkcs7 -in FILE "
            "-print_certs -out FILE.pem\"",
            what);
    }
    if (ends_with(label->text, " CERTIFICATE")) {
        return error_set(why,
                         "%s holds a block \"%s\", which is not read; convert it with "
                         "\"openssl x509\", which writes \"CERTIFICATE\"",
                         what, label->text);
    }
    if (ends_with(label->text, "PRIVATE KEY")) {
        return error_set(why,
                         "%s holds a block \"%s\", which is not read; write a key of kind "
                         "ECDSA P-256 or RSA as \"openssl pkey\" does, as \"PRIVATE KEY\"",
                         what, label->text);
    }
    return 0;
}

static int refuse_half(const char *what, const char *problem, struct error *why)
{
    return error_set(why, "%s %s: it is half written, or was damaged; write it anew, whole", what,
                     problem);
}

/* Counts the block whose BEGIN stands at *at, and moves *at behind its END. */
static int take_block(struct pem_blocks *out, const char *what, const char **at, struct error *why)
{
    struct label begin;
    struct label end;
    if (read_label(&begin, *at + strlen(BEGIN)) != 0)
        return refuse_half(what, "holds a BEGIN line that does not end with five dashes", why);
    const char *close = strstr(begin.after, END);
    const char *next = strstr(begin.after, BEGIN);
    if (close == NULL || (next != NULL && next < close) ||
        read_label(&end, close + strlen(END)) != 0 || strcmp(begin.text, end.text) != 0)
        return refuse_half(what, "holds a BEGIN line without its END line", why);
    *at = end.after;
    return count_block(out, what, &begin, close, why);
}

/* PFX ::= SEQUENCE { version INTEGER (3), ... }, RFC 7292 section 4; its length takes 1 to 4 bytes.
 */
static bool is_pkcs12(const unsigned char *bytes, size_t length)
{
    static const unsigned char version[] = {0x02, 0x01, 0x03, 0x30};
    for (size_t at = 2; at <= 6 && at + sizeof(version) <= length; at++) {
        if (bytes[0] == 0x30 && memcmp(bytes + at, version, sizeof(version)) == 0)
            return true;
    }
    return false;
}

/* ContentInfo ::= SEQUENCE { OID signedData, ... }, RFC 5652 section 3. */
static bool is_pkcs7(const unsigned char *bytes, size_t length)
{
    static const unsigned char oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x07, 0x02};
    for (size_t at = 2; at <= 6 && at + sizeof(oid) <= length; at++) {
        if (bytes[0] == 0x30 && memcmp(bytes + at, oid, sizeof(oid)) == 0)
            return true;
    }
    return false;
}

/* With a byte order mark, or with a NUL in one half of each of the first characters. */
static bool is_utf16(const unsigned char *bytes, size_t length)
{
    if (length < 4)
        return false;
    bool is_marked =
        (bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff);
    bool is_little = bytes[0] == '-' && bytes[1] == 0 && bytes[2] == '-' && bytes[3] == 0;
    bool is_big = bytes[0] == 0 && bytes[1] == '-' && bytes[2] == 0 && bytes[3] == '-';
    return is_marked || is_little || is_big;
}

static int refuse_binary(const char *what, const unsigned char *bytes, size_t length,
                         struct error *why)
{
    if (is_utf16(bytes, length))
        return error_set(why,
                         "%s is text in UTF-16; save it as plain ASCII text, "
                         "with \"iconv -f %s -t ASCII FILE >FILE.pem\"",
                         what,
                         bytes[0] == '-' ? "UTF-16LE"
                         : bytes[0] == 0 ? "UTF-16BE"
                                         : "UTF-16");
    if (is_pkcs12(bytes, length))
        return error_set(why,
                         "%s is a PKCS#12 archive (.p12, .pfx); convert it with \"openssl pkcs12 "
                         "-in FILE -nodes -out FILE.pem\", which writes chain and key as PEM",
                         what);
    if (is_pkcs7(bytes, length))
        return error_set(why,
                         "%s is a PKCS#7 file (.p7b); convert it with \"openssl pkcs7 -inform DER "
                         "-in FILE -print_certs -out FILE.pem\"",
                         what);
    return error_set(why,
                     "%s is not PEM: it holds a NUL byte; convert a binary (DER) file with "
                     "\"openssl x509 -inform DER\" or \"openssl pkey -inform DER\"",
                     what);
}

int pem_scan(struct pem_blocks *out, const char *what, const unsigned char *bytes, size_t length,
             struct error *why)
{
    const char *at = (const char *)bytes;
    *out = (struct pem_blocks){0};
    if (memchr(bytes, '\0', length) != NULL)
        return refuse_binary(what, bytes, length, why);
    for (;;) {
        const char *begin = strstr(at, BEGIN);
        const char *end = strstr(at, END);
        if (end != NULL && (begin == NULL || end < begin))
            return refuse_half(what, "holds an END line without its BEGIN line", why);
        if (begin == NULL)
            break;
        at = begin;
        if (take_block(out, what, &at, why) != 0)
            return -1;
    }
    const char *line = strrchr(at, '\n');
    if (line != NULL && line[1] == '-')
        return refuse_half(what, "ends in the middle of a line of dashes", why);
    return 0;
}
