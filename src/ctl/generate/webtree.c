/* SPDX-License-Identifier: ISC */
/* webtree: writes policies as the files of a web server: DIR/DOMAIN/.well-known/mta-sts.txt. */
#include "ctl/generate/webtree.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "common/policy/policy.h"
#include "ctl/base/replace.h"

static int make(const char *path, struct error *why)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return 0;
    return error_set(why, "%s: %s", path, strerror(errno));
}

static bool has(const char *path, const char *bytes, size_t length)
{
    struct file file;
    if (file_read(&file, path, POLICY_MAX_BYTES, NULL) != 0)
        return false;
    bool same = file.length == length && memcmp(file.bytes, bytes, length) == 0;
    file_free(&file);
    return same;
}

int webtree_write(const char *directory, const char *domain, const char *bytes, size_t length,
                  struct error *why)
{
    char path[PATH_MAX];
    const struct replace_part part = {(const unsigned char *)bytes, length};
    int size = snprintf(path, sizeof(path), "%s/%s/.well-known/mta-sts.txt", directory, domain);
    if (size < 0 || (size_t)size >= sizeof(path))
        return error_set(why, "%.100s...: the path is too long", directory);
    size_t to_domain = strlen(directory) + 1 + strlen(domain);
    size_t to_file = to_domain + strlen("/.well-known");
    path[to_domain] = '\0';
    if (make(directory, why) != 0 || make(path, why) != 0)
        return -1;
    path[to_domain] = '/';
    path[to_file] = '\0';
    if (make(path, why) != 0)
        return -1;
    path[to_file] = '/';
    return has(path, bytes, length) ? 0 : replace_file(path, &part, 1, 0644, why);
}
