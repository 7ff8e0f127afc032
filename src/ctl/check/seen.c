/* SPDX-License-Identifier: ISC */
/* seen: what was seen of a domain in earlier runs, kept in a file for each. */
#include "ctl/check/seen.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "ctl/base/replace.h"

#define FILE_MOST 65536
#define FILE_MODE 0644
#define TIME_MOST INT64_C(253402300799) /* the end of the year 9999 */

int seen_update(struct seen *out, const struct seen *before, const struct seen_now *now,
                struct error *why)
{
    struct seen next = *before;
    bool same_id = before->known && strcmp(before->id, now->id) == 0 && now->id[0] != '\0';
    /* With an id goes what was served first: until it changes, that is what senders keep. */
    if (!same_id && policyid_make(next.digest, now->bytes, now->length, why) != 0)
        return -1;
    snprintf(next.id, sizeof(next.id), "%s", now->id);
    if (!before->known || before->mode != now->policy->mode)
        next.mode_since = now->now;
    next.mode = now->policy->mode;
    if (next.mode != POLICY_MODE_NONE && now->policy->max_age > next.largest_max_age)
        next.largest_max_age = now->policy->max_age;
    next.known = true;
    next.last = now->now;
    *out = next;
    return 0;
}

int64_t seen_removable(const struct seen *seen)
{
    if (!seen->known || seen->mode != POLICY_MODE_NONE)
        return 0;
    return seen->mode_since + seen->largest_max_age;
}

/* ---- On disk. */

static int path_of(char **out, const char *directory, const char *domain, struct error *why)
{
    *out = NULL;
    if (asprintf(out, "%s/%s.json", directory, domain) < 0)
        return error_set(why, "out of memory");
    return 0;
}

static const char *text_of(const json_t *root, const char *key, size_t most)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text != NULL && strlen(text) <= most ? text : NULL;
}

static int read_root(struct seen *out, const json_t *root)
{
    const char *id = text_of(root, "id", sizeof(out->id) - 1);
    const char *digest = text_of(root, "digest", POLICYID_LENGTH);
    const char *mode = text_of(root, "mode", 16);
    json_int_t largest = json_integer_value(json_object_get(root, "largest_max_age"));
    if (id == NULL || digest == NULL || mode == NULL || largest < 0 || largest > POLICY_MAX_AGE ||
        policy_mode_parse(&out->mode, mode, NULL) != 0)
        return -1;
    out->mode_since = json_integer_value(json_object_get(root, "mode_since"));
    out->last = json_integer_value(json_object_get(root, "last"));
    if (out->mode_since < 0 || out->mode_since > TIME_MOST || out->last < 0 ||
        out->last > TIME_MOST)
        return -1;
    snprintf(out->id, sizeof(out->id), "%s", id);
    snprintf(out->digest, sizeof(out->digest), "%s", digest);
    out->largest_max_age = (uint32_t)largest;
    out->known = true;
    return 0;
}

static int parse(struct seen *out, const struct file *file, const char *path, struct error *why)
{
    json_t *root = json_loadb((const char *)file->bytes, file->length, 0, NULL);
    int result = read_root(out, root);
    json_decref(root);
    if (result == 0)
        return 0;
    *out = (struct seen){0};
    return error_set(why, "%s: this is not what mta-stsctl wrote; remove it to begin anew", path);
}

int seen_load(struct seen *out, const char *directory, const char *domain, struct error *why)
{
    char *path;
    struct stat info;
    struct file file = {0};
    int result = 0;
    *out = (struct seen){0};
    if (path_of(&path, directory, domain, why) != 0)
        return -1;
    if (stat(path, &info) != 0 && errno == ENOENT)
        goto done;
    result = file_read(&file, path, FILE_MOST, why);
    if (result == 0)
        result = parse(out, &file, path, why);
done:
    file_free(&file);
    free(path);
    return result;
}

static char *text_of_seen(const struct seen *seen)
{
    json_t *root = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "id", seen->id, "digest",
                             seen->digest, "mode", policy_mode_name(seen->mode), "mode_since",
                             (json_int_t)seen->mode_since, "largest_max_age",
                             (json_int_t)seen->largest_max_age, "last", (json_int_t)seen->last);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    return text;
}

int seen_save(const struct seen *seen, const char *directory, const char *domain, struct error *why)
{
    char *path;
    char *text = text_of_seen(seen);
    int result = -1;
    if (path_of(&path, directory, domain, why) != 0) {
        free(text);
        return -1;
    }
    if (text == NULL) {
        error_set(why, "out of memory");
    } else {
        const struct replace_part parts[] = {{(unsigned char *)text, strlen(text)},
                                             {(const unsigned char *)"\n", 1}};
        result = replace_file(path, parts, 2, FILE_MODE, why);
    }
    free(text);
    free(path);
    return result;
}
