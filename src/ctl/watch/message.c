/* SPDX-License-Identifier: ISC */
/* message: a mail in RFC 5322 form, for a program that is called sendmail. */
#include "ctl/watch/message.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"

#define WORD_BYTES  39  /* encoded, with what stands around them, 75 at most: RFC 2047 section 2 */
#define LINE_BYTES  900 /* RFC 5322 section 2.1.1 has 998 */
#define ASCII_LINES 700 /* bytes of a subject that is ASCII */

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((*text & 0x80) != 0)
            return false;
    }
    return true;
}

/* As long as a whole number of characters is, at most so many bytes. */
static size_t cut(const char *text, size_t most)
{
    size_t length = strlen(text);
    if (length <= most)
        return length;
    while (most > 0 && (text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static void write_base64(FILE *out, const unsigned char *bytes, size_t length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        fputc(letters[group >> 18], out);
        fputc(letters[group >> 12 & 63], out);
        fputc(left > 1 ? letters[group >> 6 & 63] : '=', out);
        fputc(left > 2 ? letters[group & 63] : '=', out);
    }
}

/* The text is printable. */
static void write_subject(FILE *out, const char *text)
{
    fputs("Subject: ", out);
    if (is_ascii(text)) {
        printable_part(out, "%.*s", (int)cut(text, ASCII_LINES), text);
    } else {
        for (bool first = true; *text != '\0'; first = false) {
            size_t length = cut(text, WORD_BYTES);
            if (!first)
                fputs("\n ", out);
            fputs("=?UTF-8?B?", out);
            write_base64(out, (const unsigned char *)text, length);
            fputs("?=", out);
            text += length;
        }
    }
    fputc('\n', out);
}

/* The address was judged by setwatch. */
static void write_addresses(FILE *out, const struct config_watch *watch)
{
    for (size_t i = 0; i < watch->mail_count; i++)
        printable_say(out, "%s%s%s", i == 0 ? "To: " : " ", watch->mails[i],
                      i + 1 < watch->mail_count ? "," : "");
    if (watch->mail_from != NULL)
        printable_say(out, "From: %s", watch->mail_from);
}

static void write_line(FILE *out, const char *line, size_t length)
{
    while (length > LINE_BYTES) {
        size_t part = LINE_BYTES;
        while (part > 1 && (line[part] & 0xc0) == 0x80)
            part--;
        printable_say(out, "%.*s", (int)part, line);
        line += part;
        length -= part;
    }
    printable_say(out, "%.*s", (int)length, line);
}

/* Line by line, each cleaned by itself. */
static void write_body(FILE *out, char *text)
{
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] == '\n');
        write_line(out, line, printable_clean(line, length));
        line = next;
    }
}

void message_write(FILE *out, const struct config_watch *watch, const char *subject,
                   const char *text)
{
    char *clean = malloc(strlen(subject) + 1);
    char *body = strdup(text);
    if (clean != NULL)
        printable_copy(clean, subject, strlen(subject));
    write_addresses(out, watch);
    write_subject(out, clean != NULL ? clean : "out of memory");
    fputs("Auto-Submitted: auto-generated\nMIME-Version: 1.0\n", out);
    if (is_ascii(text))
        fputs("Content-Type: text/plain; charset=us-ascii\n"
              "Content-Transfer-Encoding: 7bit\n\n",
              out);
    else
        fputs("Content-Type: text/plain; charset=utf-8\n"
              "Content-Transfer-Encoding: 8bit\n\n",
              out);
    if (body != NULL)
        write_body(out, body);
    free(body);
    free(clean);
}
