/* SPDX-License-Identifier: ISC */
/* file_stamp: tells one state of a file from the next. */
#include "common/base/file.h"

struct file_stamp file_stamp_from(const struct stat *state)
{
    return (struct file_stamp){
        .device = state->st_dev,
        .inode = state->st_ino,
        .size = state->st_size,
        .modified = state->st_mtim,
        .changed = state->st_ctim,
    };
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}
