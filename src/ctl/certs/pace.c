/* SPDX-License-Identifier: ISC */
/* pace: limits the rate of orders, and delays hosts after a failure; kept on disk between runs. */
#include "ctl/certs/pace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "ctl/base/jsonfile.h"
#include "ctl/base/replace.h"

#define HOUR_S 3600
#define FORGET_S                                                                                   \
    INT64_C(2592000) /* thirty days; a failure that nobody tried again: the domain is gone */
#define FILE_MOST    (64u << 20)
#define FAILURES_TOP 1000

static int64_t order_time(const json_t *orders, size_t index)
{
    return (int64_t)json_integer_value(json_array_get(orders, index));
}

/* After the clock was set back, some orders are in the future: they were made, so they count as
 * made now. Those more than a day ahead come from a wrong clock, and are dropped.
 */
static void correct_orders(struct pace *pace, int64_t now)
{
    json_t *orders = json_object_get(pace->root, "orders");
    for (size_t i = json_array_size(orders); i > 0; i--) {
        int64_t when = order_time(orders, i - 1);
        if (when <= now - HOUR_S || when - PACE_AHEAD_S > now) {
            json_array_remove(orders, i - 1);
        } else if (when > now) {
            json_array_set_new(orders, i - 1, json_integer((json_int_t)now));
            pace->corrected = true;
        }
    }
}

static void forget_old(struct pace *pace, int64_t now)
{
    correct_orders(pace, now);
    json_t *hosts = json_object_get(pace->root, "hosts");
    const char *host;
    json_t *entry;
    void *next;
    json_object_foreach_safe(hosts, next, host, entry)
    {
        int64_t when = (int64_t)json_integer_value(json_object_get(entry, "next_try"));
        if (when < now - FORGET_S || when > now + PACE_WAIT_MOST_S)
            json_object_del(hosts, host);
    }
}

static json_t *parse(const struct file *file, const char *path, struct error *why)
{
    json_error_t reason;
    json_t *root = json_loadb((const char *)file->bytes, file->length, 0, &reason);
    if (json_is_array(json_object_get(root, "orders")) &&
        json_is_object(json_object_get(root, "hosts")))
        return root;
    json_decref(root);
    error_set(why, "%s: this is not what mta-stsctl wrote", path);
    return NULL;
}

/* Returns what the file has; NULL with *damage if there is none or it is of no use, and with the
 * cause in it if it cannot be read. */
static json_t *read_root(const char *path, struct error *damage)
{
    struct file file;
    *damage = (struct error){0};
    if (file_read(&file, path, FILE_MOST, damage) != 0)
        return NULL;
    json_t *root = parse(&file, path, damage);
    file_free(&file);
    return root;
}

int pace_load(struct pace *out, const char *directory, int64_t now, struct error *why)
{
    *out = (struct pace){.now = now};
    snprintf(out->path, sizeof(out->path), "%s/pace.json", directory);
    out->root = read_root(out->path, &out->damage);
    int cause = out->damage.cause;
    if (out->root == NULL && cause != 0 && cause != EFBIG && cause != ENOENT) {
        *why = out->damage;
        *out = (struct pace){0};
        return -1;
    }
    out->damaged = out->root == NULL && cause != ENOENT;
    if (out->root == NULL)
        out->root = json_pack("{s:[], s:{}}", "orders", "hosts");
    if (out->root == NULL) {
        *out = (struct pace){0};
        return error_set(why, "out of memory");
    }
    forget_old(out, now);
    return 0;
}

int pace_put_aside(struct pace *pace, struct error *why)
{
    struct error damage = pace->damage;
    if (replace_put_aside(pace->path, why) != 0)
        return -1;
    error_set(&pace->damage,
              "%s; it was renamed to pace.json.damaged, and the orders of the last hour and the "
              "hosts that wait after a failure are forgotten",
              damage.text);
    return 0;
}

void pace_free(struct pace *pace)
{
    json_decref(pace->root);
    *pace = (struct pace){0};
}

size_t pace_recent(const struct pace *pace)
{
    return json_array_size(json_object_get(pace->root, "orders"));
}

int64_t pace_order_at(const struct pace *pace, unsigned per_hour, int64_t now, size_t index)
{
    const json_t *orders = json_object_get(pace->root, "orders");
    size_t made = json_array_size(orders);
    size_t place = made + index;
    int64_t hours = 0;
    /* An order waits until an hour after the one per_hour places before it. */
    while (place >= per_hour) {
        place -= per_hour;
        hours++;
        if (place < made) {
            int64_t when = order_time(orders, place) + hours * HOUR_S;
            return when > now ? when : now;
        }
    }
    return now + hours * HOUR_S;
}

static const json_t *entry_of(const struct pace *pace, const char *host)
{
    return json_object_get(json_object_get(pace->root, "hosts"), host);
}

/* The longest wait, so that enough tries remain before the certificate ends. */
static int64_t longest_wait_s(int64_t not_after, int64_t now)
{
    if (not_after == 0)
        return PACE_WAIT_MOST_S;
    int64_t most = not_after > now ? (not_after - now) / 8 : 0;
    return most < HOUR_S ? HOUR_S : most < PACE_WAIT_MOST_S ? most : PACE_WAIT_MOST_S;
}

/* How long a host waits after so many failures in a row, in seconds: ten minutes, doubled up to a
 * day. With a certificate, at most an eighth of its remaining time, but at least an hour; an hour
 * once it has expired. Pure. */
static int64_t wait_s(unsigned failures, int64_t not_after, int64_t now)
{
    int64_t most = longest_wait_s(not_after, now);
    int64_t wait = PACE_WAIT_FIRST_S;
    for (unsigned i = 1; i < failures && wait < most; i++)
        wait *= 2;
    return wait < most ? wait : most;
}

int64_t pace_next_try(const struct pace *pace, const char *host, int64_t not_after, int64_t now)
{
    int64_t next = (int64_t)json_integer_value(json_object_get(entry_of(pace, host), "next_try"));
    return next <= now + wait_s(UINT_MAX, not_after, now) ? next : 0;
}

const char *pace_reason(const struct pace *pace, const char *host)
{
    return json_string_value(json_object_get(entry_of(pace, host), "reason"));
}

bool pace_is_away(const struct pace *pace, const char *host)
{
    const char *away = json_string_value(json_object_get(pace->root, "away"));
    return away != NULL && strcmp(away, host) == 0;
}

unsigned pace_failures(const struct pace *pace, const char *host)
{
    json_int_t failures = json_integer_value(json_object_get(entry_of(pace, host), "failures"));
    return failures > 0 && failures < FAILURES_TOP ? (unsigned)failures : 0;
}

int pace_keep(const struct pace *pace, struct error *why)
{
    return pace->corrected ? jsonfile_save(pace->root, pace->path, why) : 0;
}

int pace_note_order(struct pace *pace, int64_t now, struct error *why)
{
    forget_old(pace, now);
    if (json_array_append_new(json_object_get(pace->root, "orders"), json_integer(now)) != 0)
        return error_set(why, "out of memory");
    return jsonfile_save(pace->root, pace->path, why);
}

int pace_note_failure(struct pace *pace, const char *host, int64_t not_after, int64_t now,
                      const char *reason, struct error *why)
{
    unsigned failures = pace_failures(pace, host) + 1;
    json_int_t next = now + wait_s(failures, not_after, now);
    json_object_del(pace->root, "away");
    json_t *text = json_string(reason);
    if (text == NULL) /* it has a path in another encoding */
        text = json_string("a reason that is not UTF-8");
    json_t *entry =
        json_pack("{s:i, s:I, s:o}", "failures", (int)failures, "next_try", next, "reason", text);
    if (json_object_set_new(json_object_get(pace->root, "hosts"), host, entry) != 0)
        return error_set(why, "out of memory");
    return jsonfile_save(pace->root, pace->path, why);
}

int pace_note_away(struct pace *pace, const char *host, struct error *why)
{
    if (json_object_set_new(pace->root, "away", json_string(host)) != 0)
        return error_set(why, "out of memory");
    return jsonfile_save(pace->root, pace->path, why);
}

int pace_note_success(struct pace *pace, const char *host, struct error *why)
{
    bool was_away = json_object_del(pace->root, "away") == 0;
    bool had_failed = json_object_del(json_object_get(pace->root, "hosts"), host) == 0;
    return was_away || had_failed ? jsonfile_save(pace->root, pace->path, why) : 0;
}
