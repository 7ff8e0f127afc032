/* SPDX-License-Identifier: ISC */
/* outbox: digests on disk that are still to be mailed, or given to the command. */
#include "ctl/watch/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "ctl/base/jsonfile.h"
#include "ctl/base/writer.h"
#include "ctl/watch/digest_json.h"
#include "ctl/watch/digest_text.h"

#define FILE_MOST (16u << 20)

int outbox_load(struct outbox *out, const char *directory, struct error *why)
{
    *out = (struct outbox){0};
    snprintf(out->path, sizeof(out->path), "%s/untold.json", directory);
    if (jsonfile_load(&out->root, out->path, FILE_MOST, why) != 0)
        return -1;
    if (!json_is_array(json_object_get(out->root, "digests")) &&
        json_object_set_new(out->root, "digests", json_array()) != 0)
        return error_set(why, "out of memory");
    return 0;
}

void outbox_free(struct outbox *outbox)
{
    json_decref(outbox->root);
    *outbox = (struct outbox){0};
}

static json_t *list_of(const struct outbox *outbox)
{
    return json_object_get(outbox->root, "digests");
}

/* ---- Adding. */

static void write_json(const struct digest *digest, FILE *stream)
{
    struct writer writer;
    writer_open(&writer, &writer_json, stream);
    digest_json_put(digest, &writer);
    if (writer_finish(&writer) != 0)
        fputs("{}", stream); /* not even a digest */
}

typedef void write_form(const struct digest *digest, FILE *stream);

static json_t *render(const struct digest *digest, write_form *write)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return NULL;
    write(digest, stream);
    json_t *out = fclose(stream) == 0 ? json_stringn(text, length) : NULL;
    free(text);
    return out;
}

int outbox_add(struct outbox *outbox, const struct digest *digest, bool mail, bool command,
               struct error *why)
{
    char host[256] = "";
    char subject[512];
    char about[256];
    json_t *list = list_of(outbox);
    gethostname(host, sizeof(host) - 1);
    snprintf(subject, sizeof(subject), "mta-stsctl on %s: %s", host,
             digest_text_subject(digest, about, sizeof(about)));
    subject[printable_clean(subject, strlen(subject))] = '\0';
    json_t *item = json_pack("{s:s, s:o, s:o, s:b, s:b}", "subject", subject, "text",
                             render(digest, digest_text_write_mail), "json",
                             render(digest, write_json), "mail", mail, "command", command);
    if (item == NULL || json_array_append_new(list, item) != 0)
        return error_set(why, "out of memory");
    while (json_array_size(list) > OUTBOX_MOST)
        json_array_remove(list, 0);
    return 0;
}

/* ---- Delivering. */

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text != NULL ? text : "";
}

size_t outbox_run(struct outbox *outbox, outbox_deliver *deliver, void *context)
{
    json_t *list = list_of(outbox);
    size_t left = 0;
    while (left < json_array_size(list)) {
        json_t *entry = json_array_get(list, left);
        struct outbox_item item = {
            .subject = text_of(entry, "subject"),
            .text = text_of(entry, "text"),
            .json = text_of(entry, "json"),
            .mail = json_is_true(json_object_get(entry, "mail")),
            .command = json_is_true(json_object_get(entry, "command")),
        };
        if (deliver(context, &item) == 0) {
            json_array_remove(list, left);
            continue;
        }
        json_object_set_new(entry, "mail", json_boolean(item.mail));
        json_object_set_new(entry, "command", json_boolean(item.command));
        left++;
    }
    return left;
}

int outbox_save(const struct outbox *outbox, struct error *why)
{
    if (json_array_size(list_of(outbox)) > 0)
        return jsonfile_save(outbox->root, outbox->path, why);
    if (unlink(outbox->path) != 0 && errno != ENOENT)
        return error_set(why, "%s: cannot be removed: %s", outbox->path, strerror(errno));
    return 0;
}
