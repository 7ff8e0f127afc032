/* SPDX-License-Identifier: ISC */
/* test_replace: files renamed into place in a directory of the test's own. */
#include "ctl/base/replace.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char directory[] = "/tmp/test_replace.XXXXXX";
static char path[64];
static struct error why;

static int put(const char *first, const char *second)
{
    struct replace_part parts[] = {{(const unsigned char *)first, strlen(first)},
                                   {(const unsigned char *)second, strlen(second)}};
    return replace_file(path, parts, 2, 0640, &why);
}

static const char *contents(void)
{
    static char text[64];
    FILE *in = fopen(path, "r");
    size_t length = in != NULL ? fread(text, 1, sizeof(text) - 1, in) : 0;
    text[length] = '\0';
    if (in != NULL)
        fclose(in);
    return text;
}

static unsigned entries(void)
{
    unsigned count = 0;
    DIR *list = opendir(directory);
    while (list != NULL && readdir(list) != NULL)
        count++;
    if (list != NULL)
        closedir(list);
    return count - 2;
}

static void writes_all_parts_and_leaves_nothing_beside_the_file(void)
{
    struct stat state;
    CHECK(put("chain ", "key") == 0, "%s", why.text);
    CHECK(strcmp(contents(), "chain key") == 0, "%s", contents());
    CHECK(stat(path, &state) == 0 && (state.st_mode & 0777) == 0640, "%o", state.st_mode);
    CHECK(put("new ", "one") == 0, "%s", why.text);
    CHECK(strcmp(contents(), "new one") == 0, "%s", contents());
    CHECK(entries() == 1, "%u", entries());
}

static void the_mode_of_the_old_file_stays(void)
{
    struct stat state;
    CHECK(chmod(path, 0604) == 0 && put("a", "b") == 0, "%s", why.text);
    CHECK(stat(path, &state) == 0 && (state.st_mode & 0777) == 0604, "%o", state.st_mode);
}

static void a_failure_names_the_path_and_leaves_nothing(void)
{
    unlink(path);
    CHECK(mkdir(path, 0700) == 0, "mkdir");
    CHECK(put("a", "b") != 0, "replaced a directory");
    CHECK(strncmp(why.text, path, strlen(path)) == 0, "%s", why.text);
    CHECK(entries() == 1, "%u", entries());
    rmdir(path);
    snprintf(path, sizeof(path), "%s/none/file", directory);
    CHECK(put("a", "b") != 0 && strncmp(why.text, path, strlen(path)) == 0, "%s", why.text);
}

static void set_id_bits_do_not_stay(void)
{
    struct stat state;
    snprintf(path, sizeof(path), "%s/file", directory);
    CHECK(put("a", "b") == 0 && chmod(path, 06755) == 0 && put("c", "d") == 0, "%s", why.text);
    CHECK(stat(path, &state) == 0 && (state.st_mode & 07777) == 0755, "%o", state.st_mode);
}

static void a_link_with_the_files_name_is_replaced(void)
{
    struct stat state;
    char other[80];
    snprintf(other, sizeof(other), "%s/other", directory);
    CHECK(mkdir(other, 0700) == 0 && unlink(path) == 0 && symlink(other, path) == 0, "links");
    CHECK(put("e", "f") == 0, "%s", why.text);
    CHECK(lstat(path, &state) == 0 && S_ISREG(state.st_mode), "%o", state.st_mode);
    CHECK(rmdir(other) == 0, "something is in %s", other);
}

static void a_file_that_was_changed_since_it_was_read_is_left(void)
{
    struct place place;
    struct file_stamp stamp = file_stamp_of(path);
    const struct replace_part part = {(const unsigned char *)"new", 3};
    const struct replace_params params = {.mode = 0600, .expected = &stamp};
    CHECK(put("changed", "!") == 0, "%s", why.text);
    CHECK(place_open(&place, path, &(struct place_params){0}, &why) == 0, "%s", why.text);
    CHECK(replace_in(&place, &part, 1, &params, &why) != 0, "replaced");
    CHECK(strstr(why.text, "changed meanwhile") != NULL, "%s", why.text);
    CHECK(strcmp(contents(), "changed!") == 0, "%s", contents());
    stamp = file_stamp_of(path);
    CHECK(replace_in(&place, &part, 1, &params, &why) == 0, "%s", why.text);
    CHECK(strcmp(contents(), "new") == 0 && entries() == 1, "%s", contents());
    place_close(&place);
}

static void only_the_last_directories_are_made(void)
{
    struct place place;
    char deep[100];
    snprintf(deep, sizeof(deep), "%s/one//two/three/file", directory);
    CHECK(place_open(&place, deep, &(struct place_params){.makes = 2}, &why) != 0, "made too many");
    CHECK(entries() == 1, "%u", entries());
    CHECK(place_open(&place, deep, &(struct place_params){.makes = 3}, &why) == 0, "%s", why.text);
    CHECK(strcmp(place.name, "file") == 0 && unlinkat(place.directory, "file", 0) != 0, "there");
    place_close(&place);
    for (int i = 0; i < 3; i++) {
        *strrchr(deep, '/') = '\0';
        CHECK(rmdir(deep) == 0, "%s", deep);
    }
}

static const struct test tests[] = {
    TEST(writes_all_parts_and_leaves_nothing_beside_the_file),
    TEST(the_mode_of_the_old_file_stays),
    TEST(a_failure_names_the_path_and_leaves_nothing),
    TEST(set_id_bits_do_not_stay),
    TEST(a_link_with_the_files_name_is_replaced),
    TEST(a_file_that_was_changed_since_it_was_read_is_left),
    TEST(only_the_last_directories_are_made),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        abort();
    snprintf(path, sizeof(path), "%s/file", directory);
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    rmdir(directory);
    return status;
}
