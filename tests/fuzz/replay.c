/* SPDX-License-Identifier: ISC */
/* replay: feeds files, or all files of directories, to a fuzz target, once each: the main of a fuzz
 * target that is built without a fuzzer. */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long replayed;

static int fail(const char *path)
{
    fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    return -1;
}

static int replay_file(const char *path, size_t size)
{
    int status = -1;
    FILE *file = fopen(path, "rb");
    /* Exactly as long as the input, so that a read behind it is seen. */
    uint8_t *bytes = malloc(size != 0 ? size : 1);
    if (file == NULL || bytes == NULL || fread(bytes, 1, size, file) != size) {
        fail(path);
        goto done;
    }
    LLVMFuzzerTestOneInput(bytes, size);
    replayed++;
    status = 0;
done:
    free(bytes);
    if (file != NULL)
        fclose(file);
    return status;
}

static int replay_path(const char *path);

static int replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return fail(path);
    int status = 0;
    const struct dirent *entry;
    while (status == 0 && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        char *child = NULL;
        if (asprintf(&child, "%s/%s", path, entry->d_name) < 0)
            abort();
        status = replay_path(child);
        free(child);
    }
    closedir(directory);
    return status;
}

static int replay_path(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return fail(path);
    if (S_ISDIR(info.st_mode))
        return replay_directory(path);
    return replay_file(path, (size_t)info.st_size);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (replay_path(argv[i]) != 0)
            return 1;
    }
    printf("replayed %lu inputs\n", replayed);
    return replayed == 0;
}
