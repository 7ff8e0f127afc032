/* SPDX-License-Identifier: ISC */
/* txtrecord: checks and writes the TXT records of MTA-STS and TLSRPT. */
#include "ctl/net/txtrecord.h"

#include <stdio.h>
#include <string.h>

#include "common/base/span.h"
#include "common/name/lookalike.h"
#include "ctl/net/txtrecord_rua.h"
#include "ctl/net/txtrecord_say.h"
#include "ctl/net/txtrecord_sender.h"

/* One of the two kinds of records. */
struct kind {
    const char *version; /* as a record begins; a semicolon follows */
    const char *word;    /* what marks a record that was meant to be one */
    const char *title;
    const char *advice;
    const char *row_place; /* a record that belongs elsewhere */
    const char *row_several, *row_version, *row_other, *row_field;
};

static const struct kind sts = {
    "v=STSv1",
    "stsv1",
    "an MTA-STS record",
    "write v=STSv1; id=ID; with letters and digits as ID",
    "D4",
    "D2",
    "D5",
    "D3",
    "D7",
};
static const struct kind tlsrpt = {
    "v=TLSRPTv1",
    "tlsrptv1",
    "a TLSRPT record",
    "write v=TLSRPTv1; rua=mailto:ADDRESS;",
    "T1",
    "T1",
    "T1",
    "T1",
    "T1",
};

/* ---- The set: which one of the records counts. */

static bool counts(const struct kind *kind, struct span text)
{
    size_t length = strlen(kind->version);
    return span_begins(text, kind->version) && text.length > length && text.bytes[length] == ';';
}

static bool was_meant(const struct kind *kind, struct span text)
{
    return !counts(kind, text) && span_contains_nocase(text, kind->word);
}

/* What is wrong with a record that was meant to be one. */
static const char *name_mistake(const struct kind *kind, struct span text)
{
    size_t length = strlen(kind->version);
    struct span head = {text.bytes, text.length < length ? text.length : length};
    struct span rest = {text.bytes + head.length, text.length - head.length};
    if (lookalike_is_quoted(text.bytes, text.length))
        return "has quotes in it";
    if (kind == &sts && span_contains_nocase(text, "max_age"))
        return "is the policy, which belongs on the policy host";
    if (span_trim(text).bytes != text.bytes)
        return "begins with a blank";
    if (!span_equal_nocase(head, kind->version))
        return "does not begin with its version";
    if (!span_equal(head, kind->version))
        return "has the wrong letter case in its version";
    rest = span_trim(rest);
    if (rest.length > 1 && rest.bytes[0] == '\\' && rest.bytes[1] == ';')
        return "has a backslash before its semicolon: that belongs into zone files alone";
    if (rest.length > 0 && rest.bytes[0] == ';')
        return "has a blank before the first semicolon";
    return "has no semicolon behind its version";
}

static void say_mistake(struct txtrecord_judge *judge, const struct kind *kind, struct span text,
                        bool one_counts)
{
    char shown[TXTRECORD_SHOWN];
    bool is_harmless = one_counts && judge->whom == NULL;
    txtrecord_say(judge, kind->row_version, is_harmless ? SEVERITY_WARNING : SEVERITY_ERROR,
                  one_counts ? "remove it: another record counts" : kind->advice,
                  "the TXT record \"%s\" %s", txtrecord_show(shown, text),
                  name_mistake(kind, text));
}

/* The two records were swapped, or one of them was published at both names. */
static bool says_other(struct txtrecord_judge *judge, const struct kind *kind,
                       const struct span *texts, size_t count)
{
    const struct kind *other = kind == &sts ? &tlsrpt : &sts;
    for (size_t i = 0; i < count; i++) {
        if (!counts(other, texts[i]))
            continue;
        txtrecord_say(judge, kind->row_place, SEVERITY_ERROR, kind->advice,
                      "%s is at this name, which belongs at %s", other->title,
                      other == &sts ? "_mta-sts" : "_smtp._tls");
        return true;
    }
    return false;
}

static void say_none(struct txtrecord_judge *judge, const struct kind *kind,
                     const struct span *texts, size_t count)
{
    char shown[TXTRECORD_SHOWN];
    if (says_other(judge, kind, texts, count))
        return;
    for (size_t i = 0; i < count; i++) {
        if (!span_contains_nocase(texts[i], "v=spf1"))
            continue;
        txtrecord_say(judge, kind->row_place, SEVERITY_ERROR,
                      "publish the record; it takes the place of the wildcard",
                      "an SPF record answers here, as a wildcard TXT record does, and not %s",
                      kind->title);
        return;
    }
    txtrecord_say(judge, kind->row_several, SEVERITY_ERROR, kind->advice,
                  "no TXT record here is %s, but there is \"%s\"", kind->title,
                  txtrecord_show(shown, texts[0]));
}

/* Reports on all but the one that counts, which is returned; NULL where there is not just one. */
static const struct span *pick(struct txtrecord_judge *judge, const struct kind *kind,
                               const struct span *texts, size_t count)
{
    const struct span *one = NULL;
    char shown[TXTRECORD_SHOWN];
    size_t counting = 0, meant = 0;
    for (size_t i = 0; i < count; i++) {
        counting += counts(kind, texts[i]);
        meant += was_meant(kind, texts[i]);
        if (counts(kind, texts[i]))
            one = &texts[i];
    }
    if (counting > 1)
        txtrecord_say(judge, kind->row_several, SEVERITY_ERROR, "leave one of them",
                      "%zu TXT records begin with %s; and so most senders take none", counting,
                      kind->version);
    else if (counting == 0 && meant == 0 && count > 0)
        say_none(judge, kind, texts, count);
    for (size_t i = 0; i < count; i++) {
        if (was_meant(kind, texts[i]))
            say_mistake(judge, kind, texts[i], counting > 0);
        else if (!counts(kind, texts[i]) && counting + meant > 0)
            txtrecord_say(
                judge, kind->row_other, judge->whom != NULL ? SEVERITY_ERROR : SEVERITY_WARNING,
                "move it elsewhere: some senders find no policy beside it",
                "an unrelated TXT record is here: \"%s\"", txtrecord_show(shown, texts[i]));
    }
    return counting == 1 ? one : NULL;
}

/* ---- The fields of the one that counts. */

/* What follows "v=STSv1;". */
static struct span fields_of(const struct kind *kind, const struct span *record)
{
    size_t skipped = strlen(kind->version) + 1;
    return (struct span){record->bytes + skipped, record->length - skipped};
}

/* The syntax takes no blank at the end, except after a semicolon; some senders do not take that one
 * either. */
static void judge_end(struct txtrecord_judge *judge, const struct kind *kind,
                      const struct span *record)
{
    struct span bare = span_trim(*record);
    bool is_after_all = bare.length > 0 && bare.bytes[bare.length - 1] == ';';
    if (bare.length < record->length && (!is_after_all || judge->whom != NULL))
        txtrecord_say(judge, kind->row_field,
                      judge->whom != NULL ? SEVERITY_ERROR : SEVERITY_WARNING, "remove it",
                      "the record ends in a blank");
    judge->names_all = true;
    if (kind == &sts && memchr(record->bytes, '\t', record->length) != NULL)
        txtrecord_say(judge, kind->row_field, SEVERITY_WARNING, "write a space in its place",
                      "the record has a tab, and a sender may find no id behind it");
    judge->names_all = false;
}

static void say_malformed(struct txtrecord_judge *judge, const struct kind *kind, struct span field)
{
    char shown[TXTRECORD_SHOWN];
    if (field.length == 0)
        txtrecord_say(judge, kind->row_field, SEVERITY_ERROR, "leave one of them",
                      "two semicolons have nothing between them");
    else
        txtrecord_say(judge, kind->row_field, SEVERITY_ERROR,
                      "remove it: strict senders refuse the whole record",
                      "\"%s\" is not a valid field", txtrecord_show(shown, field));
}

static void say_unknown(struct txtrecord_judge *judge, const struct kind *kind, struct span name)
{
    char shown[TXTRECORD_SHOWN];
    const char *advice = "remove it, as no sender uses it";
    if (span_equal(name, "mode") || span_equal(name, "mx") || span_equal(name, "max_age"))
        advice = "remove it: it belongs in the policy";
    if (kind == &sts && span_equal(name, "rua"))
        advice = "remove it: it belongs in the TLSRPT record at _smtp._tls";
    txtrecord_say(judge, kind->row_field, SEVERITY_WARNING, advice, "the tag \"%s\" is unknown",
                  txtrecord_show(shown, name));
}

static void take_id(struct txtrecord_judge *judge, struct txtrecord_sts *out, bool seen,
                    struct span value)
{
    char shown[TXTRECORD_SHOWN];
    if (seen)
        txtrecord_say(judge, "D7", SEVERITY_ERROR, "leave one of them",
                      "the record has two ids, and senders differ in which one they use");
    else if (txtrecord_is_id(value.bytes, value.length))
        snprintf(out->id, sizeof(out->id), "%.*s", (int)value.length, value.bytes);
    else if (value.length == 0)
        txtrecord_say(judge, "D6", SEVERITY_ERROR, sts.advice, "the id is empty");
    else if (value.length > TXTRECORD_ID_MAX)
        txtrecord_say(judge, "D6", SEVERITY_ERROR, "write at most 32 letters and digits",
                      "the id \"%s\" has %zu characters", txtrecord_show(shown, value),
                      value.length);
    else
        txtrecord_say(judge, "D6", SEVERITY_ERROR, "write letters and digits only",
                      "the id \"%s\" has other characters", txtrecord_show(shown, value));
}

static void judge_sts_fields(struct txtrecord_judge *judge, struct txtrecord_sts *out,
                             struct span rest)
{
    struct span field, name, value;
    bool seen = false, misspelt = false;
    while (span_next(&field, &rest, ';')) {
        if (field.length == 0 && rest.bytes == NULL)
            break; /* what follows the last semicolon */
        if (!txtrecord_split(&name, &value, field)) {
            say_malformed(judge, &sts, field);
        } else if (span_equal(name, "id")) {
            take_id(judge, out, seen, value);
            seen = true;
        } else if (span_equal_nocase(name, "id")) {
            misspelt = true;
        } else {
            say_unknown(judge, &sts, name);
        }
    }
    if (!seen)
        txtrecord_say(judge, "D6", SEVERITY_ERROR, sts.advice,
                      misspelt ? "the tag id is in capitals" : "the id is missing");
}

bool txtrecord_judge_sts(struct txtrecord_sts *out, const struct span *texts, size_t count,
                         txtrecord_report *report, void *context)
{
    char names[SENDERS_TEXT_MAX];
    uint32_t missed = txtrecord_missed_by(texts, count);
    struct txtrecord_judge judge = {.report = report, .context = context};
    judge.whom = missed != 0 ? senders_names(names, missed) : NULL;
    *out = (struct txtrecord_sts){0};
    const struct span *one = pick(&judge, &sts, texts, count);
    if (one == NULL)
        return false;
    judge_sts_fields(&judge, out, fields_of(&sts, one));
    judge_end(&judge, &sts, one);
    out->usable = !judge.failed;
    return out->usable;
}

bool txtrecord_judge_tlsrpt(struct txtrecord_tlsrpt *out, const struct span *texts, size_t count,
                            txtrecord_report *report, void *context)
{
    struct txtrecord_judge judge = {.report = report, .context = context};
    struct span rest, field, name, value;
    bool seen = false;
    *out = (struct txtrecord_tlsrpt){0};
    const struct span *one = pick(&judge, &tlsrpt, texts, count);
    if (one == NULL)
        return false;
    rest = fields_of(&tlsrpt, one);
    while (span_next(&field, &rest, ';')) {
        if (field.length == 0 && rest.bytes == NULL)
            break; /* what follows the last semicolon */
        if (!txtrecord_split(&name, &value, field)) {
            say_malformed(&judge, &tlsrpt, field);
        } else if (!span_equal(name, "rua")) {
            say_unknown(&judge, &tlsrpt, name);
        } else if (seen) {
            txtrecord_say(&judge, "T1", SEVERITY_WARNING, "write all addresses into one",
                          "the record has rua twice");
        } else {
            txtrecord_rua(&judge, out, value);
            seen = true;
        }
    }
    if (!seen)
        txtrecord_say(&judge, "T2", SEVERITY_ERROR, tlsrpt.advice, "rua is missing");
    judge_end(&judge, &tlsrpt, one);
    out->usable = !judge.failed;
    return out->usable;
}

bool txtrecord_judge_elsewhere(const struct span *texts, size_t count, txtrecord_report *report,
                               void *context)
{
    struct txtrecord_judge judge = {.report = report, .context = context};
    for (size_t i = 0; i < count; i++) {
        if (counts(&sts, texts[i]))
            txtrecord_say(&judge, "D4", SEVERITY_ERROR, "publish it at _mta-sts",
                          "the MTA-STS record is at this name, where no sender looks");
        if (counts(&tlsrpt, texts[i]))
            txtrecord_say(&judge, "T1", SEVERITY_ERROR, "publish it at _smtp._tls",
                          "the TLSRPT record is at this name, where no sender looks");
    }
    return judge.failed;
}

/* ---- Writing. */

void txtrecord_write_sts(char out[TXTRECORD_STS_MAX], const char *id)
{
    snprintf(out, TXTRECORD_STS_MAX, "v=STSv1; id=%.*s;", TXTRECORD_ID_MAX, id);
}

size_t txtrecord_write_tlsrpt(char *out, size_t size, const char *const *uris, size_t count)
{
    size_t used = (size_t)snprintf(out, size, "v=TLSRPTv1; rua=");
    for (size_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? "," : "", uris[i]);
    if (used < size)
        used += (size_t)snprintf(out + used, size - used, ";");
    return used < size ? used : 0;
}
