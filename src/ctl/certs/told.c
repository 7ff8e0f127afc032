/* SPDX-License-Identifier: ISC */
/* told: remembers which hosts are in trouble, since when, and when that was last printed; kept on
 * disk, so that hourly runs do not fill the log. */
#include "ctl/certs/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base/jsonfile.h"

#define FILE_MOST (64u << 20)
#define FORGET_S  172800

int told_load(struct told *out, const char *directory, struct error *why)
{
    *out = (struct told){0};
    snprintf(out->path, sizeof(out->path), "%s/told.json", directory);
    return jsonfile_load(&out->root, out->path, FILE_MOST, why);
}

void told_free(struct told *told)
{
    json_decref(told->root);
    *told = (struct told){0};
}

/* A time in the future comes from a wrong clock, and counts as now. */
static int64_t time_of(const json_t *entry, const char *key, int64_t now)
{
    int64_t when = (int64_t)json_integer_value(json_object_get(entry, key));
    return when < now ? when : now;
}

static bool is_forgotten(const json_t *entry, int64_t now)
{
    return entry == NULL || now - time_of(entry, "seen", now) > FORGET_S;
}

bool told_note(struct told *told, const char *host, enum due_stage stage, int64_t now)
{
    const json_t *entry = json_object_get(told->root, host);
    bool known = !is_forgotten(entry, now);
    int64_t since = known ? time_of(entry, "since", now) : now;
    int64_t said = known ? (int64_t)json_integer_value(json_object_get(entry, "said")) : now;
    json_int_t before = known ? json_integer_value(json_object_get(entry, "stage")) : stage;
    bool is_said = now - since < TOLD_NEW_S || (json_int_t)stage > before ||
                   now - said >= TOLD_AGAIN_S || said > now;
    json_object_set_new(told->root, host,
                        json_pack("{s:I, s:I, s:I, s:i}", "since", (json_int_t)since, "seen",
                                  (json_int_t)now, "said", (json_int_t)(is_said ? now : said),
                                  "stage", (int)stage));
    return is_said;
}

bool told_is_old(const struct told *told, const char *host, int64_t now)
{
    const json_t *entry = json_object_get(told->root, host);
    return entry != NULL && now - time_of(entry, "since", now) >= TOLD_NEW_S;
}

void told_end(struct told *told, const char *host)
{
    json_object_del(told->root, host);
}

int told_save(struct told *told, int64_t now, struct error *why)
{
    const char *host;
    json_t *entry;
    void *next;
    json_object_foreach_safe(told->root, next, host, entry)
    {
        if (is_forgotten(entry, now))
            json_object_del(told->root, host);
    }
    return jsonfile_save(told->root, told->path, why);
}
