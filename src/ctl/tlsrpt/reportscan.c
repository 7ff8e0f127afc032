/* SPDX-License-Identifier: ISC */
/* reportscan: whether bytes can be the JSON of a TLS report, judged while they come; pure. */
#include "ctl/tlsrpt/reportscan.h"

#include <string.h>

static bool is_blank(unsigned char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static int take_text(struct reportscan *scan, unsigned char byte, struct error *why)
{
    if (byte < ' ')
        return error_set(why, "no valid JSON in line %zu: a control character in a text",
                         scan->line + 1);
    if (++scan->text > REPORTSCAN_TEXT_MAX)
        return error_set(why, "a text of more than %d bytes, which no report needs",
                         REPORTSCAN_TEXT_MAX);
    if (scan->escaped)
        scan->escaped = false;
    else if (byte == '\\')
        scan->escaped = true;
    else if (byte == '"')
        scan->in_text = false;
    return 0;
}

static int take_blank(struct reportscan *scan, unsigned char byte, struct error *why)
{
    scan->line += byte == '\n';
    if (++scan->blanks > REPORTSCAN_BLANKS_MAX)
        return error_set(why, "more than %d blanks in a row, which no report needs",
                         REPORTSCAN_BLANKS_MAX);
    return 0;
}

static int open_list(struct reportscan *scan, struct error *why)
{
    if (++scan->depth > REPORTSCAN_DEPTH_MAX)
        return error_set(why, "lists nested more than %d deep, which no report needs",
                         REPORTSCAN_DEPTH_MAX);
    if (++scan->lists > REPORTSCAN_LISTS_MAX)
        return error_set(why, "more than %d lists and objects, which no report needs",
                         REPORTSCAN_LISTS_MAX);
    return 0;
}

static int count_value(struct reportscan *scan, struct error *why)
{
    if (++scan->values > REPORTSCAN_VALUES_MAX)
        return error_set(why, "more than %d values, which no report needs", REPORTSCAN_VALUES_MAX);
    return 0;
}

/* Numbers and the three words are left to the parser, byte for byte. */
static bool is_of_a_value(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           memchr("+-.E:", byte, 5) != NULL;
}

static bool is_byte_order_mark(struct reportscan *scan, unsigned char byte)
{
    static const char mark[] = "\xef\xbb\xbf";
    bool is_next = !scan->begun && scan->line == 0 && scan->mark < sizeof(mark) - 1 &&
                   byte == (unsigned char)mark[scan->mark];
    scan->mark += is_next;
    return is_next;
}

static int take_mark(struct reportscan *scan, unsigned char byte, struct error *why)
{
    bool is_over = scan->begun && scan->depth == 0;
    if (is_over)
        return error_set(why, "no valid JSON in line %zu: there is more behind its end",
                         scan->line + 1);
    if (is_byte_order_mark(scan, byte))
        return 0;
    if (!scan->begun && byte == '[')
        return error_set(why, "the JSON is a list and no object, so this is no TLS report");
    if (!scan->begun && byte != '{')
        return error_set(why, "no JSON object, so this is no TLS report");
    scan->begun = true;
    switch (byte) {
    case '"':
        scan->in_text = true;
        scan->text = 0;
        return 0;
    case '{':
    case '[':
        return open_list(scan, why);
    case '}':
    case ']':
        scan->depth--;
        return 0;
    case ',':
        return count_value(scan, why);
    default:
        return is_of_a_value(byte)
                   ? 0
                   : error_set(why, "no valid JSON in line %zu: a character that belongs in a text",
                               scan->line + 1);
    }
}

void reportscan_begin_next(struct reportscan *scan)
{
    *scan = (struct reportscan){.lists = scan->lists, .values = scan->values};
}

int reportscan_take(struct reportscan *scan, const unsigned char *bytes, size_t length,
                    struct error *why)
{
    int result = 0;
    for (size_t i = 0; i < length && result == 0; i++) {
        if (scan->in_text) {
            result = take_text(scan, bytes[i], why);
        } else if (is_blank(bytes[i])) {
            result = take_blank(scan, bytes[i], why);
        } else {
            scan->blanks = 0;
            result = take_mark(scan, bytes[i], why);
        }
    }
    return result;
}
