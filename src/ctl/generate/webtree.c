/* SPDX-License-Identifier: ISC */
/* webtree: writes policies as the files of a web server: DIR/DOMAIN/.well-known/mta-sts.txt. */
#include "ctl/generate/webtree.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/policy/policy.h"
#include "ctl/base/replace.h"

#define MADE_MOST 3 /* DIR, DOMAIN and .well-known */

static bool has(const struct place *place, const char *bytes, size_t length)
{
    struct file file;
    struct file_stamp now = file_stamp_in(place->directory, place->name);
    if (file_read(&file, place->path, POLICY_MAX_BYTES, NULL) != 0)
        return false;
    /* Through a link, it is another server's file. */
    bool same = file_stamp_equal(&file.stamp, &now) && file.length == length &&
                memcmp(file.bytes, bytes, length) == 0;
    file_free(&file);
    return same;
}

int webtree_write(const char *directory, const char *domain, const char *bytes, size_t length,
                  struct error *why)
{
    char path[PATH_MAX];
    struct place place;
    const struct replace_part part = {(const unsigned char *)bytes, length};
    int size = snprintf(path, sizeof(path), "%s/%s/.well-known/mta-sts.txt", directory, domain);
    if (size < 0 || (size_t)size >= sizeof(path))
        return error_set(why, "%.100s...: the path is too long", directory);
    if (place_open(&place, path, &(struct place_params){.makes = MADE_MOST}, why) != 0)
        return -1;
    int result = 0;
    if (!has(&place, bytes, length))
        result = replace_in(&place, &part, 1, &(struct replace_params){.mode = 0644}, why);
    place_close(&place);
    return result;
}
