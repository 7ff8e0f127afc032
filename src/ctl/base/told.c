/* SPDX-License-Identifier: ISC */
/* told: remembers what is in trouble, since when, and when that was last told; kept on disk, so
 * that runs of a timer do not tell the same again and again. */
#include "ctl/base/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base/jsonfile.h"

#define FILE_MOST (256u << 20)
#define FORGET_S  172800
#define TEXT_MOST 300 /* bytes that are kept of a text */

int told_load(struct told *out, const char *directory, struct error *why)
{
    *out = (struct told){.seen = json_object()};
    if (out->seen == NULL)
        return error_set(why, "out of memory");
    snprintf(out->path, sizeof(out->path), "%s/told.json", directory);
    return jsonfile_load(&out->root, out->path, FILE_MOST, why);
}

void told_free(struct told *told)
{
    json_decref(told->root);
    json_decref(told->seen);
    *told = (struct told){0};
}

int told_save(const struct told *told, struct error *why)
{
    return jsonfile_save(told->root, told->path, why);
}

static int64_t number_of(const json_t *entry, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(entry, key));
}

/* A time in the future comes from a wrong clock, and counts as now. */
static int64_t time_of(const json_t *entry, const char *key, int64_t now)
{
    int64_t when = number_of(entry, key);
    return when < now ? when : now;
}

/* ---- Told again each day. */

static bool is_forgotten(const json_t *entry, int64_t now)
{
    return entry == NULL || now - time_of(entry, "seen", now) > FORGET_S;
}

bool told_note(struct told *told, const char *key, int stage, int64_t now)
{
    const json_t *entry = json_object_get(told->root, key);
    bool known = !is_forgotten(entry, now);
    int64_t since = known ? time_of(entry, "since", now) : now;
    int64_t said = known ? number_of(entry, "said") : now;
    int64_t before = known ? number_of(entry, "stage") : stage;
    bool is_said =
        now - since < TOLD_NEW_S || stage > before || now - said >= TOLD_AGAIN_S || said > now;
    json_object_set_new(told->root, key,
                        json_pack("{s:I, s:I, s:I, s:i}", "since", (json_int_t)since, "seen",
                                  (json_int_t)now, "said", (json_int_t)(is_said ? now : said),
                                  "stage", stage));
    return is_said;
}

bool told_is_old(const struct told *told, const char *key, int64_t now)
{
    const json_t *entry = json_object_get(told->root, key);
    return entry != NULL && now - time_of(entry, "since", now) >= TOLD_NEW_S;
}

void told_end(struct told *told, const char *key)
{
    json_object_del(told->root, key);
}

void told_forget(struct told *told, int64_t now)
{
    const char *key;
    json_t *entry;
    void *next;
    json_object_foreach_safe(told->root, next, key, entry)
    {
        if (is_forgotten(entry, now))
            json_object_del(told->root, key);
    }
}

/* ---- Told when it begins and when it ends. */

/* A text cut to TEXT_MOST bytes; NULL when out of memory, or where it is no UTF-8. */
static json_t *text_json(const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    while (length > TEXT_MOST || (length > 0 && (text[length] & 0xc0) == 0x80))
        length--;
    return json_stringn(text != NULL ? text : "", length);
}

/* By the entry of an earlier run, NULL for none. */
static enum told_news judge(const struct told_trouble *trouble, const json_t *entry)
{
    if (number_of(entry, "said") > 0)
        return trouble->stage > number_of(entry, "stage") ? TOLD_WORSE : TOLD_BEFORE;
    return json_is_object(entry) || !trouble->passes ? TOLD_BEGAN : TOLD_NOT_YET;
}

enum told_news told_see(struct told *told, const struct told_trouble *trouble, int64_t now,
                        int64_t *since)
{
    const json_t *entry = json_object_get(told->root, trouble->key);
    enum told_news news = judge(trouble, entry);
    int64_t begin = json_is_object(entry) ? time_of(entry, "since", now) : now;
    int64_t said = news == TOLD_NOT_YET ? 0 : news == TOLD_BEFORE ? number_of(entry, "said") : now;
    if (since != NULL)
        *since = begin;
    json_object_set_new(told->seen, trouble->key, json_true());
    json_object_set_new(told->root, trouble->key,
                        json_pack("{s:I, s:I, s:I, s:i, s:o*, s:o*}", "since", (json_int_t)begin,
                                  "seen", (json_int_t)now, "said", (json_int_t)said, "stage",
                                  trouble->stage, "rule", text_json(trouble->rule), "text",
                                  text_json(trouble->text)));
    return news;
}

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text != NULL ? text : "";
}

void told_sweep(struct told *told, told_judge *is_over, void *context)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(told->root, next, key, value)
    {
        if (json_object_get(told->seen, key) != NULL)
            continue;
        const struct told_entry entry = {
            .key = key,
            .since = number_of(value, "since"),
            .is_said = number_of(value, "said") > 0,
            .stage = (int)number_of(value, "stage"),
            .rule = text_of(value, "rule"),
            .text = text_of(value, "text"),
        };
        if (is_over(context, &entry))
            json_object_del(told->root, key);
    }
}
