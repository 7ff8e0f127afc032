/* SPDX-License-Identifier: ISC */
/* store_text: the texts and shapes of the store by their ids, each read once. */
#include "ctl/tlsrpt/store_text.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_shape.h"

struct store_texts {
    GHashTable *texts, *shapes; /* by id; values live in the arena */
    struct arena arena;
};

struct store_texts *store_texts_new(void)
{
    struct store_texts *texts = calloc(1, sizeof(*texts));
    if (texts == NULL)
        return NULL;
    texts->texts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    texts->shapes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return texts;
}

void store_texts_free(struct store_texts *texts)
{
    if (texts == NULL)
        return;
    g_hash_table_destroy(texts->texts);
    g_hash_table_destroy(texts->shapes);
    arena_free(&texts->arena);
    free(texts);
}

static void keep(GHashTable *table, int64_t id, const void *value)
{
    gint64 *key = g_new(gint64, 1);
    *key = id;
    g_hash_table_insert(table, key, (gpointer)(uintptr_t)value);
}

const char *store_texts_copy(struct store *store, const char *text, struct error *why)
{
    size_t length = text != NULL ? strlen(text) : 0;
    bool is_fit = text != NULL && length < TALLY_MX_LINES_MAX;
    for (size_t i = 0; is_fit && i < length; i++)
        is_fit = text[i] >= ' ' && text[i] < 0x7f;
    if (!is_fit) {
        store_refuse(store, "a text cannot be read", why);
        return NULL;
    }
    const char *copy = arena_copy(&store->texts->arena, text, length);
    if (copy == NULL)
        error_set(why, "out of memory");
    return copy;
}

static const char *read_text(struct store *store, int64_t id, struct error *why)
{
    const char *text = g_hash_table_lookup(store->texts->texts, &id);
    if (text != NULL)
        return text;
    sqlite3_stmt *statement = store_statement(store, STORE_TEXT_READ, why);
    if (statement == NULL)
        return NULL;
    sqlite3_bind_int64(statement, 1, id);
    int result = store_step(store, statement, why);
    if (result == 0)
        store_refuse(store, "a text is missing", why);
    if (result > 0)
        text = store_texts_copy(store, (const char *)sqlite3_column_text(statement, 0), why);
    sqlite3_reset(statement);
    if (text != NULL)
        keep(store->texts->texts, id, text);
    return text;
}

static int read_numbers(struct store *store, int64_t id, int64_t numbers[STORE_SHAPE_NUMBERS],
                        struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_SHAPE_READ, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_int64(statement, 1, id);
    int result = store_step(store, statement, why);
    for (int i = 0; result > 0 && i < STORE_SHAPE_NUMBERS; i++)
        numbers[i] = sqlite3_column_int64(statement, i);
    sqlite3_reset(statement);
    if (result == 0 || (result > 0 && (numbers[0] < 0 || numbers[0] > REPORT_OTHER_KIND ||
                                       numbers[1] < 0 || numbers[1] > STORE_SHAPE_FLAGS)))
        return store_refuse(store, "the shape of sessions cannot be read", why);
    return result > 0 ? 0 : -1;
}

const struct tally_fact *store_texts_shape(struct store *store, int64_t id, struct error *why)
{
    int64_t numbers[STORE_SHAPE_NUMBERS] = {0};
    struct tally_fact *shape = g_hash_table_lookup(store->texts->shapes, &id);
    if (shape != NULL)
        return shape;
    shape = arena_alloc(&store->texts->arena, sizeof(*shape));
    if (shape == NULL)
        error_set(why, "out of memory");
    if (shape == NULL || read_numbers(store, id, numbers, why) != 0)
        return NULL;
    const char **const texts[STORE_SHAPE_TEXTS] = {
        &shape->organisation, &shape->signer, &shape->mx,        &shape->type, &shape->reason,
        &shape->wildcard,     &shape->ip,     &shape->sender_ip, &shape->helo, &shape->mx_lines,
    };
    shape->domain = "";
    shape->kind = (enum report_kind)numbers[0];
    shape->outside = (numbers[1] & STORE_SHAPE_OUTSIDE) != 0;
    shape->failed = (numbers[1] & STORE_SHAPE_FAILED) != 0;
    shape->unproven = (numbers[1] & STORE_SHAPE_UNPROVEN) != 0;
    shape->mx_host = (numbers[1] & STORE_SHAPE_MX_HOST) != 0;
    for (size_t i = 0; i < STORE_SHAPE_TEXTS; i++) {
        *texts[i] = read_text(store, numbers[2 + i], why);
        if (*texts[i] == NULL)
            return NULL;
    }
    keep(store->texts->shapes, id, shape);
    return shape;
}
