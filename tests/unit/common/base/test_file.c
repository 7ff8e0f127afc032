/* SPDX-License-Identifier: ISC */
/* test_file: what is read whole, what is refused, and what tells two states of a file apart. */
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test.h"

static char directory[] = "/tmp/mta-stsd-test-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[100];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static void write_file(const char *name, const char *bytes, size_t length)
{
    FILE *out = fopen(path_of(name), "w");
    CHECK(out != NULL && fwrite(bytes, 1, length, out) == length && fclose(out) == 0);
}

static void reads_every_byte_up_to_the_limit(void)
{
    static char bytes[10000];
    static const size_t lengths[] = {0, 1, 4095, 4096, 4097, 9999, 10000};
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct file file;
        struct error why;
        write_file("f", bytes, lengths[i]);
        for (size_t limit = lengths[i]; limit <= lengths[i] + 1; limit++) {
            CHECK(file_read(&file, path_of("f"), limit, &why) == 0, "%zu", lengths[i]);
            CHECK(file.length == lengths[i] && memcmp(file.bytes, bytes, file.length) == 0);
            CHECK(file.bytes[file.length] == '\0');
            file_free(&file);
        }
        if (lengths[i] == 0)
            continue;
        CHECK(file_read(&file, path_of("f"), lengths[i] - 1, &why) == -1, "%zu", lengths[i]);
        CHECK(file.bytes == NULL && file.length == 0);
        CHECK(strncmp(why.text, path_of("f"), strlen(path_of("f"))) == 0, "%s", why.text);
    }
}

static void names_the_limit(void)
{
    struct file file;
    struct error why;
    char bytes[1001] = "";
    write_file("f", bytes, sizeof(bytes));
    CHECK(file_read(&file, path_of("f"), 1000, &why) == -1);
    CHECK(why.cause == EFBIG);
    CHECK(strstr(why.text, "/f: over 1,000 bytes") != NULL, "%s", why.text);
}

static void refuses_what_is_no_regular_file_without_waiting(void)
{
    static const struct {
        const char *name;
        const char *fragment;
        int cause;
    } rows[] = {
        {"folder", "directory", 0},         {"pipe", "named pipe", 0},
        {"absent", "No such file", ENOENT}, {"socket", "regular", 0},
        {"loop", "Too many levels", ELOOP}, {"f/below", "Not a directory", ENOTDIR},
    };
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path_of("socket"));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(mkdir(path_of("folder"), 0700) == 0 && mkfifo(path_of("pipe"), 0600) == 0);
    CHECK(symlink("loop", path_of("loop")) == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file file;
        struct error why = {.text = ""};
        CHECK(file_read(&file, path_of(rows[i].name), 1000, &why) == -1, "%s", rows[i].name);
        CHECK(strstr(why.text, rows[i].fragment) != NULL, "%s: %s", rows[i].name, why.text);
        CHECK(why.cause == rows[i].cause, "%s: %d", rows[i].name, why.cause);
    }
    struct file file;
    CHECK(file_read(&file, "/dev/zero", 1000, NULL) == -1 && file.bytes == NULL);
    close(fd);
}

static void reads_a_file_that_says_it_is_empty(void)
{
    struct file file;
    struct error why;
    CHECK(file_read(&file, "/proc/self/status", 100000, &why) == 0, "%s", why.text);
    CHECK(file.length > 0);
    file_free(&file);
    CHECK(file_read(&file, "/proc/self/status", 10, &why) == -1);
}

static void reads_in_a_directory_and_follows_no_link_there(void)
{
    struct file file;
    struct error why;
    char link[200];
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    write_file("f", "text", 4);
    CHECK(file_read_in(&file, fd, "/nowhere/f", 4, &why) == 0, "%s", why.text);
    CHECK(file.length == 4 && memcmp(file.bytes, "text", 5) == 0);
    file_free(&file);
    CHECK(file_read_in(&file, fd, "/nowhere/gone", 4, &why) == -1 && why.cause == ENOENT);
    CHECK(strncmp(why.text, "/nowhere/gone: ", 15) == 0, "%s", why.text);

    snprintf(link, sizeof(link), "%s", path_of("link"));
    CHECK(symlink(path_of("f"), link) == 0);
    CHECK(file_read_in(&file, fd, link, 4, &why) == -1 && why.cause == ELOOP, "%s", why.text);
    CHECK(file_read(&file, link, 4, &why) == 0);
    file_free(&file);
    close(fd);
}

static void stamps_differ_after_any_write_or_rename(void)
{
    static const struct file_stamp none;
    write_file("s", "one", 3);
    struct file_stamp first = file_stamp_of(path_of("s"));
    struct file_stamp again = file_stamp_of(path_of("s"));
    CHECK(file_stamp_equal(&first, &again) && !file_stamp_equal(&first, &none));

    write_file("s", "longer", 6);
    again = file_stamp_of(path_of("s"));
    CHECK(!file_stamp_equal(&first, &again));

    first = again;
    write_file("t", "longer", 6);
    char from[200];
    snprintf(from, sizeof(from), "%s", path_of("t"));
    CHECK(rename(from, path_of("s")) == 0);
    again = file_stamp_of(path_of("s"));
    CHECK(!file_stamp_equal(&first, &again));

    struct file file;
    CHECK(file_read(&file, path_of("s"), 100, NULL) == 0);
    CHECK(file_stamp_equal(&file.stamp, &again));
    file_free(&file);
    struct file_stamp gone = file_stamp_of(path_of("gone"));
    CHECK(file_stamp_equal(&gone, &none));
}

static void clean_up(void)
{
    static const char *const names[] = {"f", "s", "pipe", "socket", "loop", "folder", "link"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        remove(path_of(names[i]));
    CHECK(rmdir(directory) == 0);
}

static const struct test tests[] = {
    TEST(reads_every_byte_up_to_the_limit),
    TEST(names_the_limit),
    TEST(refuses_what_is_no_regular_file_without_waiting),
    TEST(reads_a_file_that_says_it_is_empty),
    TEST(reads_in_a_directory_and_follows_no_link_there),
    TEST(stamps_differ_after_any_write_or_rename),
    TEST(clean_up),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 2;
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
