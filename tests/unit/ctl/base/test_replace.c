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

static const struct test tests[] = {
    TEST(writes_all_parts_and_leaves_nothing_beside_the_file),
    TEST(the_mode_of_the_old_file_stays),
    TEST(a_failure_names_the_path_and_leaves_nothing),
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
