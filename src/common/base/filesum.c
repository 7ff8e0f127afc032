/* SPDX-License-Identifier: ISC */
/* filesum: one number for the states of many files, so that a change of any of them shows. */
#include "common/base/filesum.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/hash.h"

static int64_t time_ns(const struct timespec *when)
{
    return when->tv_sec * INT64_C(1000000000) + when->tv_nsec;
}

void filesum_add(struct filesum *sum, uint64_t hash, const struct timespec *changed)
{
    sum->sum += hash;
    if (time_ns(changed) > sum->newest_ns)
        sum->newest_ns = time_ns(changed);
}

void filesum_add_entry(struct filesum *sum, const char *path, const struct file_stamp *stamp)
{
    const uint64_t state[] = {
        stamp->device,
        stamp->inode,
        (uint64_t)stamp->size,
        (uint64_t)time_ns(&stamp->modified),
        (uint64_t)time_ns(&stamp->changed),
    };
    uint64_t hash = hash_words(HASH_START, path, strlen(path));
    filesum_add(sum, hash_words(hash, state, sizeof(state)), &stamp->changed);
}

void filesum_look(struct filesum *sum, int directory, const char *path)
{
    struct stat state;
    struct file_stamp stamp = {0};
    const char *slash = strrchr(path, '/');
    file_note(path);
    bool is_file =
        fstatat(directory, slash != NULL ? slash + 1 : path, &state, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(state.st_mode);
    file_note(NULL);
    if (is_file)
        stamp = file_stamp_from(&state);
    filesum_add_entry(sum, path, &stamp);
}
