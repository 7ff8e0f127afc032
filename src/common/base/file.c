/* SPDX-License-Identifier: ISC */
/* file: reads a whole file of any kind, within a size limit, and without waiting for a writer. */
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BYTES 4096 /* size for a file that says it is empty, as those of /proc do */
#define PIECE_BYTES ((size_t)128 * 1024) /* of a read: a processor does nothing else meanwhile */

/* 64000 as "64,000". */
static const char *grouped(size_t number, char out[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%zu", number);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static int refuse_long(const char *path, size_t limit, struct error *why)
{
    char number[32];
    return error_set_errno(why, EFBIG, "%s: over %s bytes, which is the limit for such a file",
                           path, grouped(limit, number));
}

static int refuse_kind(const char *path, mode_t mode, struct error *why)
{
    return error_set(why, "%s: %s; name a regular file", path,
                     S_ISDIR(mode)    ? "this is a directory"
                     : S_ISFIFO(mode) ? "this is a named pipe"
                     : S_ISSOCK(mode) ? "this is a socket"
                                      : "this is a device");
}

static int enlarge(struct file *file, size_t *size, size_t limit, const char *path,
                   struct error *why)
{
    if (file->length < *size)
        return 0;
    size_t larger = *size <= limit / 2 ? *size * 2 : limit;
    if (file->length >= larger) /* one byte more tells whether the file ends at the limit */
        larger = limit + 1;
    unsigned char *bytes = malloc(larger + 1);
    if (bytes == NULL)
        return error_set_errno(why, ENOMEM, "%s: out of memory", path);
    memcpy(bytes, file->bytes, file->length);
    explicit_bzero(file->bytes, file->length);
    free(file->bytes);
    file->bytes = bytes;
    *size = larger;
    return 0;
}

/* Reads to the end; the size is a guess that a writer may belie. */
static int read_all(struct file *file, int fd, size_t limit, const char *path, struct error *why)
{
    size_t size = file->stamp.size > 0 ? (size_t)file->stamp.size + 1 : FIRST_BYTES;
    if (limit >= SIZE_MAX - 2)
        limit = SIZE_MAX - 3;
    if (size > limit + 1)
        size = limit + 1;
    file->bytes = malloc(size + 1);
    if (file->bytes == NULL)
        return error_set_errno(why, ENOMEM, "%s: out of memory", path);

    for (;;) {
        if (enlarge(file, &size, limit, path, why) != 0)
            return -1;
        size_t room = size - file->length;
        ssize_t got = read(fd, file->bytes + file->length, room < PIECE_BYTES ? room : PIECE_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(why, errno, "%s: %s", path, strerror(errno));
        if (got == 0)
            break;
        file->length += (size_t)got;
        if (file->length > limit)
            return refuse_long(path, limit, why);
        if (file->length == (size_t)file->stamp.size && file->length < size)
            break; /* there was room for more */
    }
    file->bytes[file->length] = '\0';
    return 0;
}

#define OPEN_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* directory: -1, or where to find the last name of the path. */
static int open_regular(int directory, const char *path, struct stat *state, struct error *why)
{
    const char *slash = strrchr(path, '/');
    int fd = directory < 0
                 ? open(path, OPEN_FLAGS)
                 : openat(directory, slash != NULL ? slash + 1 : path, OPEN_FLAGS | O_NOFOLLOW);
    if (fd < 0 && errno == ENXIO) /* a socket, or a device without a driver */
        return error_set(why, "%s: this is not a regular file; name one", path);
    if (fd < 0)
        return error_set_errno(why, errno, "%s: %s", path, strerror(errno));
    if (fstat(fd, state) != 0)
        error_set_errno(why, errno, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(state->st_mode))
        refuse_kind(path, state->st_mode, why);
    else
        return fd;
    close(fd);
    return -1;
}

int file_open(const char *path, struct stat *state, struct error *why)
{
    file_note(path);
    int fd = open_regular(-1, path, state, why);
    file_note(NULL);
    return fd;
}

static int read_file(struct file *out, int directory, const char *path, size_t limit,
                     struct error *why)
{
    int result = -1;
    struct stat state = {0};

    *out = (struct file){0};
    int fd = open_regular(directory, path, &state, why);
    if (fd < 0)
        return -1;
    if (state.st_size > 0 && (uintmax_t)state.st_size > limit) {
        refuse_long(path, limit, why);
        goto done;
    }
    out->stamp = file_stamp_from(&state);
    out->owner = state.st_uid;
    result = read_all(out, fd, limit, path, why);

done:
    close(fd);
    if (result != 0)
        file_free(out);
    return result;
}

int file_read(struct file *out, const char *path, size_t limit, struct error *why)
{
    file_note(path);
    int result = read_file(out, -1, path, limit, why);
    file_note(NULL);
    return result;
}

int file_read_in(struct file *out, int directory, const char *path, size_t limit, struct error *why)
{
    file_note(path);
    int result = read_file(out, directory, path, limit, why);
    file_note(NULL);
    return result;
}

int file_read_stdin(struct file *out, size_t limit, struct error *why)
{
    *out = (struct file){0};
    int result = read_all(out, STDIN_FILENO, limit, "standard input", why);
    if (result != 0)
        file_free(out);
    return result;
}

void file_free(struct file *file)
{
    if (file->bytes != NULL)
        explicit_bzero(file->bytes, file->length);
    free(file->bytes);
    *file = (struct file){0};
}

struct file_stamp file_stamp_of(const char *path)
{
    struct stat state;
    file_note(path);
    int result = stat(path, &state);
    file_note(NULL);
    return result == 0 ? file_stamp_from(&state) : (struct file_stamp){0};
}

struct file_stamp file_stamp_in(int directory, const char *name)
{
    struct stat state;
    if (fstatat(directory, name, &state, AT_SYMLINK_NOFOLLOW) != 0)
        return (struct file_stamp){0};
    return file_stamp_from(&state);
}
