/* SPDX-License-Identifier: ISC */
/* mailbox: takes a mailbox (mbox, RFC 4155) of any size apart, mail by mail, while it comes. */
#include "ctl/tlsrpt/mailbox.h"

#include <stdlib.h>
#include <string.h>

#define FROM        "From "
#define FROM_LENGTH (sizeof(FROM) - 1)
#define FIRST_ROOM  131072
#define SLACK       65536 /* bytes over the limit that are kept before they are dropped */

static int make_room(struct mailbox *mailbox, size_t more, struct error *why)
{
    if (mailbox->room - mailbox->end >= more)
        return 0;
    if (mailbox->start > 0) {
        memmove(mailbox->bytes, mailbox->bytes + mailbox->start, mailbox->end - mailbox->start);
        mailbox->end -= mailbox->start;
        mailbox->line -= mailbox->start;
        mailbox->scanned -= mailbox->start;
        mailbox->start = 0;
    }
    size_t room = mailbox->room > 0 ? mailbox->room : FIRST_ROOM;
    while (room - mailbox->end < more)
        room *= 2;
    if (room == mailbox->room)
        return 0;
    unsigned char *bytes = realloc(mailbox->bytes, room);
    if (bytes == NULL)
        return error_set(why, "out of memory");
    mailbox->bytes = bytes;
    mailbox->room = room;
    return 0;
}

static void hand_over(struct mailbox *mailbox, size_t end)
{
    const unsigned char *start = mailbox->bytes + mailbox->start;
    size_t length = end - mailbox->start;
    const unsigned char *line_end = length > 0 ? memchr(start, '\n', length) : NULL;
    if (length == 0)
        return;
    size_t skip = line_end != NULL ? (size_t)(line_end - start) + 1 : length;
    length -= skip;
    mailbox->mail(mailbox->context, start + skip,
                  length > mailbox->limit ? mailbox->limit + 1 : length);
}

/* A mail begins at "From " behind an empty line, or at the very start. */
static void judge_line(struct mailbox *mailbox)
{
    bool begins_mail = mailbox->is_behind_blank && mailbox->line > mailbox->start &&
                       mailbox->end - mailbox->line >= FROM_LENGTH &&
                       memcmp(mailbox->bytes + mailbox->line, FROM, FROM_LENGTH) == 0;
    if (begins_mail) {
        hand_over(mailbox, mailbox->line);
        mailbox->start = mailbox->line;
    }
    mailbox->is_judged = true;
}

static void end_line(struct mailbox *mailbox, size_t line_end)
{
    size_t length = line_end - mailbox->line;
    mailbox->is_behind_blank =
        !mailbox->is_cut && (length == 0 || (length == 1 && mailbox->bytes[mailbox->line] == '\r'));
    mailbox->line = mailbox->scanned = line_end + 1;
    mailbox->is_judged = mailbox->is_cut = false;
}

/* Of a mail that is too long, the middle of what came so far goes. */
static void drop(struct mailbox *mailbox)
{
    size_t kept = mailbox->limit + 1 + SLACK / 2; /* with the line "From " */
    if (mailbox->end - mailbox->start <= mailbox->limit + 1 + SLACK || !mailbox->is_judged)
        return;
    mailbox->end = mailbox->start + kept;
    mailbox->line = mailbox->scanned = mailbox->end;
    mailbox->is_cut = true;
}

int mailbox_take(struct mailbox *mailbox, const unsigned char *bytes, size_t length,
                 struct error *why)
{
    if (length == 0)
        return 0;
    if (make_room(mailbox, length, why) != 0)
        return -1;
    memcpy(mailbox->bytes + mailbox->end, bytes, length);
    mailbox->end += length;
    for (;;) {
        if (!mailbox->is_judged && mailbox->end - mailbox->line < FROM_LENGTH)
            break; /* more must come */
        if (!mailbox->is_judged)
            judge_line(mailbox);
        const unsigned char *line_end =
            memchr(mailbox->bytes + mailbox->scanned, '\n', mailbox->end - mailbox->scanned);
        if (line_end == NULL) {
            mailbox->scanned = mailbox->end;
            break;
        }
        end_line(mailbox, (size_t)(line_end - mailbox->bytes));
    }
    drop(mailbox);
    return 0;
}

void mailbox_end(struct mailbox *mailbox)
{
    if (mailbox->bytes != NULL)
        hand_over(mailbox, mailbox->end);
    free(mailbox->bytes);
    mailbox->bytes = NULL;
    mailbox->room = mailbox->start = mailbox->end = mailbox->line = mailbox->scanned = 0;
}
