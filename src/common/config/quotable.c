/* SPDX-License-Identifier: ISC */
/* quotable: whether what is wrong with a policy file may be said with its own words. The file may
 * be a link to something secret that its reader can read and whoever put it there cannot. */
#include "common/config/quotable.h"

#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const keys[] = {"version:", "mode:", "mx:", "max_age:"};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* The number of the key that the line begins with, or KEYS. */
static size_t find_key(const char *line, size_t length)
{
    for (size_t i = 0; i < KEYS; i++)
        if (length >= strlen(keys[i]) && strncasecmp(line, keys[i], strlen(keys[i])) == 0)
            return i;
    return KEYS;
}

bool quotable_is_policy(const char *bytes, size_t length)
{
    static const char version[] = "STSv";
    static const char wide[] = "S\0T\0S\0v"; /* in UTF-16, which has its own rule */
    bool seen[KEYS + 1] = {false};
    size_t count = 0;
    if (memmem(bytes, length, version, strlen(version)) != NULL ||
        memmem(bytes, length, wide, sizeof(wide) - 1) != NULL)
        return true;
    for (size_t at = 0; at < length;) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t key = find_key(bytes + at, length - at);
        count += key < KEYS && !seen[key];
        seen[key] = true;
        at = end != NULL ? (size_t)(end - bytes) + 1 : length;
    }
    return count >= 2;
}

bool quotable_is_own(const char *path, const struct file *file)
{
    char directory[PATH_MAX] = ".";
    struct stat state;
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path) + (slash == path);
    if (length >= sizeof(directory))
        return false;
    if (length > 0) {
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    return stat(directory, &state) == 0 && state.st_uid == file->owner;
}

const char *quotable_refusal(const char *path, const struct file *file)
{
    if (file->length > 0 && !quotable_is_policy((const char *)file->bytes, file->length))
        return "nothing of it is quoted, as it does not look like a policy: it has neither STSv1 "
               "nor "
               "two of the keys";
    if (!quotable_is_own(path, file))
        return "nothing of it is quoted, because the file and its directory have different owners";
    return NULL;
}
