/* SPDX-License-Identifier: ISC */
/* hostname: parses host names; a name from outside is a struct hostname or it is rejected. */
#include "common/name/hostname.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/name/lookalike.h"
#include "common/name/punycode.h"

#define LABEL_MAX 63 /* characters of a label, RFC 1035 section 2.3.4 */

/* Not <ctype.h>: what a letter is must not depend on a locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static enum hostname_fault bytes_fault(const char *bytes, size_t length)
{
    enum hostname_fault fault = HOSTNAME_FINE;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return HOSTNAME_CONTROL_BYTE;
        if (byte == ' ' || byte == '\t')
            fault = HOSTNAME_BLANK;
        else if (byte >= 0x80 && fault == HOSTNAME_FINE)
            fault = HOSTNAME_U_LABEL;
    }
    return fault;
}

static bool is_ip_address(const char *bytes, size_t length)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];

    if (length >= 2 && bytes[0] == '[' && bytes[length - 1] == ']') {
        bytes++;
        length -= 2;
    }
    if (length == 0 || length >= sizeof(text))
        return false;
    memcpy(text, bytes, length);
    text[length] = '\0';
    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static enum hostname_fault label_fault(const char *label, size_t length)
{
    if (length == 0)
        return HOSTNAME_LABEL_EMPTY;
    if (length > LABEL_MAX)
        return HOSTNAME_LABEL_TOO_LONG;
    for (size_t i = 0; i < length; i++) {
        if (label[i] == '_')
            return HOSTNAME_UNDERSCORE;
        if (!is_letter(label[i]) && !is_digit(label[i]) && label[i] != '-')
            return HOSTNAME_CHARACTER;
    }
    if (label[0] == '-' || label[length - 1] == '-')
        return HOSTNAME_HYPHEN;
    return HOSTNAME_FINE;
}

static bool is_only_digits(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_digit(bytes[i]))
            return false;
    return length > 0;
}

static enum hostname_fault labels_fault(const char *bytes, size_t length, bool single_is_fine)
{
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && bytes[i] != '.')
            continue;
        enum hostname_fault fault = label_fault(bytes + start, i - start);
        if (fault != HOSTNAME_FINE)
            return fault;
        if (i < length)
            start = i + 1;
    }
    if (is_only_digits(bytes + start, length - start))
        return HOSTNAME_ONLY_DIGITS;
    if (start == 0 && !single_is_fine)
        return HOSTNAME_SINGLE_LABEL;
    return HOSTNAME_FINE;
}

/* Whether one look at each byte shows a host name without a fault, as with nearly all: its last
 * label begins with a letter, so it is no IP address. False: it may be one all the same. */
static bool is_plain(const char *bytes, size_t length)
{
    size_t start = 0; /* of the label */
    if (length == 0 || length > HOSTNAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (is_letter(bytes[i]) || is_digit(bytes[i]))
            continue;
        bool ends_label = bytes[i] == '.' && bytes[i - (i > 0)] != '-' && i - start <= LABEL_MAX;
        if (i == start || (bytes[i] != '-' && !ends_label))
            return false;
        if (ends_label)
            start = i + 1;
    }
    return start > 0 && start < length && length - start <= LABEL_MAX && is_letter(bytes[start]) &&
           bytes[length - 1] != '-';
}

static enum hostname_fault name_fault(const char *bytes, size_t length, bool is_pattern)
{
    if (is_plain(bytes, length))
        return HOSTNAME_FINE;
    if (length == 0)
        return HOSTNAME_EMPTY;
    enum hostname_fault fault = bytes_fault(bytes, length);
    if (fault != HOSTNAME_FINE)
        return fault;

    bool dot = length > 1 && bytes[length - 1] == '.';
    size_t rest = dot ? length - 1 : length;
    if (is_ip_address(bytes, rest))
        return HOSTNAME_IP_ADDRESS;
    if (is_pattern && bytes[0] == '*' && rest == 1)
        return HOSTNAME_BARE_WILDCARD;
    bool wildcard = is_pattern && bytes[0] == '*' && bytes[1] == '.';
    size_t skip = wildcard ? 2 : 0;
    if (memchr(bytes + skip, '*', length - skip) != NULL)
        return HOSTNAME_WILDCARD_PLACE;
    if (rest > HOSTNAME_MAX)
        return HOSTNAME_TOO_LONG;

    fault = labels_fault(bytes + skip, rest - skip, is_pattern);
    return fault == HOSTNAME_FINE && dot ? HOSTNAME_TRAILING_DOT : fault;
}

bool hostname_suggest(char out[HOSTNAME_MAX + 1], const char *bytes, size_t length)
{
    out[0] = '\0';
    if (length > 1 && bytes[length - 1] == '.')
        length--;
    if (length == 0 || punycode_name(out, HOSTNAME_MAX + 1, bytes, length) != 0)
        return false;
    if (hostname_mx_fault(out, strlen(out)) == HOSTNAME_FINE)
        return true;
    out[0] = '\0';
    return false;
}

/* The faults in which the name must not be quoted: it is not ASCII, or far too long. */
static int refuse_unquoted(struct error *why, enum hostname_fault fault, const char *bytes,
                           size_t length, bool is_pattern)
{
    char right[HOSTNAME_MAX + 1];

    if (fault == HOSTNAME_EMPTY)
        return error_set(why, "the name is empty; write one such as mail.example.com");
    if (fault == HOSTNAME_CONTROL_BYTE)
        return error_set(why, "the name has a control byte in it; write letters, digits, hyphens "
                              "and dots only");
    if (fault == HOSTNAME_TOO_LONG)
        return error_set(why, "the name has %zu characters; write one of at most %d", length,
                         HOSTNAME_MAX);
    if (lookalike_mend(right, sizeof(right), bytes, length) &&
        name_fault(right, strlen(right), is_pattern) == HOSTNAME_FINE)
        return error_set(why, "the name has a dash or quotes that are not ASCII's; write it as %s",
                         right);
    if (hostname_suggest(right, bytes, length) &&
        name_fault(right, strlen(right), is_pattern) == HOSTNAME_FINE)
        return error_set(why, "\"%.*s\" is not in ASCII; write its A-label form: %s", (int)length,
                         bytes, right);
    return error_set(why, "the name is not in ASCII, and has no valid A-label form; write letters, "
                          "digits, hyphens and dots only");
}

static int refuse_wildcard(struct error *why, const char *bytes, int shown, bool is_pattern)
{
    if (!is_pattern)
        return error_set(why, "\"%.*s\" has a wildcard in it; write a host name in full", shown,
                         bytes);
    if (shown <= 2)
        return error_set(
            why, "\"%.*s\" is a bare wildcard; write the domain after it, such as *.example.com",
            shown, bytes);
    return error_set(why,
                     "\"%.*s\" has a wildcard that is not the whole left-most label; write "
                     "it as in *.example.com, or each host in full",
                     shown, bytes);
}

static const char *sentence_of_label_fault(enum hostname_fault fault)
{
    switch (fault) {
    case HOSTNAME_BLANK:
        return "has a blank in it; write it without";
    case HOSTNAME_IP_ADDRESS:
        return "is an IP address; write a host name";
    case HOSTNAME_LABEL_EMPTY:
        return "has an empty label; write exactly one dot between two labels, and none in front";
    case HOSTNAME_LABEL_TOO_LONG:
        return "has a label of more than 63 characters; write shorter ones";
    case HOSTNAME_UNDERSCORE:
        return "has an underscore in it; write a host name of letters, digits and hyphens";
    case HOSTNAME_CHARACTER:
        return "is not a host name; write letters, digits, hyphens and dots only";
    case HOSTNAME_HYPHEN:
        return "has a label that begins or ends with a hyphen; write letters or digits there";
    case HOSTNAME_ONLY_DIGITS:
        return "ends in a label of digits only, as an IP address does; write a host name";
    case HOSTNAME_SINGLE_LABEL:
        return "is a single label; write the name in full, such as mail.example.com";
    case HOSTNAME_FINE:
    case HOSTNAME_EMPTY:
    case HOSTNAME_CONTROL_BYTE:
    case HOSTNAME_U_LABEL:
    case HOSTNAME_BARE_WILDCARD:
    case HOSTNAME_WILDCARD_PLACE:
    case HOSTNAME_TOO_LONG:
    case HOSTNAME_TRAILING_DOT:
        break;
    }
    return "is not a host name; write one such as mail.example.com";
}

static int refuse(struct error *why, enum hostname_fault fault, const char *bytes, size_t length,
                  bool is_pattern)
{
    int shown = length > HOSTNAME_MAX + 1 ? HOSTNAME_MAX + 1 : (int)length;

    if (why == NULL)
        return -1;
    if (fault == HOSTNAME_EMPTY || fault == HOSTNAME_CONTROL_BYTE || fault == HOSTNAME_TOO_LONG ||
        fault == HOSTNAME_U_LABEL)
        return refuse_unquoted(why, fault, bytes, length, is_pattern);
    if (fault == HOSTNAME_BARE_WILDCARD || fault == HOSTNAME_WILDCARD_PLACE)
        return refuse_wildcard(why, bytes, shown, is_pattern);
    if (fault == HOSTNAME_TRAILING_DOT)
        return error_set(why, "\"%.*s\" ends in a dot; write it without: %.*s", shown, bytes,
                         (int)length - 1, bytes);
    return error_set(why, "\"%.*s\" %s", shown, bytes, sentence_of_label_fault(fault));
}

int hostname_parse(struct hostname *out, const char *bytes, size_t length, struct error *why)
{
    *out = (struct hostname){0};
    enum hostname_fault fault = name_fault(bytes, length, false);
    if (fault != HOSTNAME_FINE)
        return refuse(why, fault, bytes, length, false);

    for (size_t i = 0; i < length; i++)
        out->text[i] = to_lower(bytes[i]);
    out->length = (unsigned char)length;
    return 0;
}

int hostname_parse_authority(struct hostname *out, const char *bytes, size_t length,
                             struct error *why)
{
    *out = (struct hostname){0};
    const char *colon = length > 0 ? memchr(bytes, ':', length) : NULL;
    if (colon != NULL && !is_ip_address(bytes, length)) {
        size_t name = (size_t)(colon - bytes);
        size_t port = length - name - 1;
        if (port > 5 || (port > 0 && !is_only_digits(colon + 1, port)))
            return error_set(why, "what follows the colon is not a port; write 1 to 5 digits");
        length = name;
    }
    if (length > 1 && bytes[length - 1] == '.')
        length--;
    return hostname_parse(out, bytes, length, why);
}

enum hostname_fault hostname_mx_fault(const char *bytes, size_t length)
{
    return name_fault(bytes, length, true);
}

int hostname_check_mx_pattern(const char *bytes, size_t length, struct error *why)
{
    enum hostname_fault fault = name_fault(bytes, length, true);
    if (fault != HOSTNAME_FINE)
        return refuse(why, fault, bytes, length, true);
    return 0;
}

bool hostname_equal(const struct hostname *a, const struct hostname *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

const char *hostname_policy_domain(const char *policy_host)
{
    size_t prefix = strlen(HOSTNAME_POLICY_PREFIX);
    if (strncmp(policy_host, HOSTNAME_POLICY_PREFIX, prefix) != 0 || policy_host[prefix] == '\0')
        return NULL;
    return policy_host + prefix;
}

int hostname_policy_host(struct hostname *out, const struct hostname *domain, struct error *why)
{
    const size_t prefix = sizeof(HOSTNAME_POLICY_PREFIX) - 1;

    *out = (struct hostname){0};
    if (domain->length + prefix > HOSTNAME_MAX)
        return error_set(why,
                         "%s has %u characters, so its policy host %s%s would exceed %d; write a "
                         "domain of at most %zu",
                         domain->text, domain->length, HOSTNAME_POLICY_PREFIX, domain->text,
                         HOSTNAME_MAX, HOSTNAME_MAX - prefix);
    memcpy(out->text, HOSTNAME_POLICY_PREFIX, prefix);
    memcpy(out->text + prefix, domain->text, domain->length);
    out->length = (unsigned char)(domain->length + prefix);
    return 0;
}
