/* SPDX-License-Identifier: ISC */
/* txtrecord_sender: whether one sender finds a record of MTA-STS among the TXT records. */
#include "ctl/net/txtrecord_sender.h"

#include <string.h>

#include "ctl/net/txtrecord.h"
#include "ctl/net/txtrecord_say.h"

static const char version[] = "v=STSv1";

#define VERSION_LENGTH (sizeof(version) - 1)

/* What a text is, up to its first semicolon. */
struct opening {
    bool begins;       /* v=STSv1, in any letter case, behind any blanks */
    bool exact;        /* in this letter case */
    bool blank_front;  /* behind blanks */
    bool blank_behind; /* blanks follow it */
    bool semicolon;    /* then a semicolon */
    bool longer;       /* anything else follows it */
    struct span rest;  /* behind the semicolon */
};

static struct opening open_text(struct span text)
{
    struct opening out = {.begins = false};
    struct span bare = span_trim_front(text);
    out.blank_front = bare.length < text.length;
    struct span head = {bare.bytes, bare.length < VERSION_LENGTH ? bare.length : VERSION_LENGTH};
    out.begins = span_equal_nocase(head, version);
    out.exact = span_equal(head, version);
    if (!out.begins)
        return out;
    struct span rest = {bare.bytes + head.length, bare.length - head.length};
    struct span behind = span_trim_front(rest);
    out.blank_behind = behind.length < rest.length;
    out.semicolon = behind.length > 0 && behind.bytes[0] == ';';
    out.longer = behind.length > 0 && !out.semicolon;
    if (out.semicolon)
        out.rest = (struct span){behind.bytes + 1, behind.length - 1};
    return out;
}

static bool is_record(const struct sender_txt *sender, const struct opening *text)
{
    return text->begins && text->semicolon && (text->exact || sender->any_case) &&
           (!text->blank_front || sender->blank_front) &&
           (!text->blank_behind || sender->blank_version);
}

/* Whether the text, which is none that it reads, counts as a second one all the same. */
static bool is_counted(const struct sender_txt *sender, const struct opening *text)
{
    if (!text->begins || text->blank_front)
        return false;
    if (text->semicolon)
        return text->exact ? text->blank_behind && sender->counts_blank : sender->counts_case;
    return text->longer ? sender->counts_longer : sender->counts_bare;
}

/* Blanks where the syntax has none. */
static bool takes_blanks(const struct sender_txt *sender, struct span rest)
{
    struct span bare = span_trim(rest);
    if (bare.length == 0)
        return rest.length == 0 || !sender->end_blank;
    bool ends_blank = span_is_blank(rest.bytes[rest.length - 1]);
    bool ends_field = bare.bytes[bare.length - 1] == ';';
    if (ends_blank && ends_field && sender->end_blank)
        return false;
    return !ends_blank || ends_field || sender->last_blank;
}

static bool takes_id(const struct sender_txt *sender, struct span value)
{
    if (value.length == 0)
        return sender->no_id || sender->empty_id;
    return sender->any_id || txtrecord_is_id(value.bytes, value.length);
}

static bool reads(const struct sender_txt *sender, struct span rest)
{
    struct span field, name, value;
    size_t ids = 0;
    if (!takes_blanks(sender, rest))
        return false;
    if (sender->no_tab && rest.length > 0 && memchr(rest.bytes, '\t', rest.length) != NULL)
        return false;
    while (span_next(&field, &rest, ';')) {
        if (field.length == 0 && rest.bytes == NULL)
            break; /* what follows the last semicolon */
        if (!txtrecord_split(&name, &value, field)) {
            if (!sender->loose_fields)
                return false;
        } else if (span_equal(name, "id")) {
            ids++;
            if (!takes_id(sender, value))
                return false;
        }
    }
    return ids == 1 || (ids == 0 ? sender->no_id : sender->two_ids);
}

/* Whether all texts are fields, and none is of another version. */
static bool joins(const struct span *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (texts[i].length == 0 || memchr(texts[i].bytes, '=', texts[i].length) == NULL ||
            open_text(texts[i]).longer)
            return false;
    return true;
}

bool txtrecord_is_found_by(const struct sender_txt *sender, const struct span *texts, size_t count)
{
    size_t counted = 0;
    bool is_read = false;
    for (size_t i = 0; i < count; i++) {
        struct opening text = open_text(texts[i]);
        if (is_record(sender, &text)) {
            counted++;
            is_read = is_read || reads(sender, text.rest);
        } else if (is_counted(sender, &text)) {
            counted++;
        }
    }
    if ((sender->lone && count > 1) || (sender->joined && !joins(texts, count)))
        return false;
    return is_read && (counted == 1 || sender->several);
}

uint32_t txtrecord_missed_by(const struct span *texts, size_t count)
{
    uint32_t missed = 0;
    for (int id = 0; id < SENDER_COUNT; id++) {
        const struct sender *sender = sender_find((enum sender_id)id);
        if (sender->txt_ground != SENDER_UNKNOWN &&
            !txtrecord_is_found_by(&sender->txt, texts, count))
            missed |= SENDERS_OF(id);
    }
    return missed;
}
