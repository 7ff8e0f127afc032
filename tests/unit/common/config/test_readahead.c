/* SPDX-License-Identifier: ISC */
/* test_readahead: each file comes once, whole, and in its turn; what cannot be read is left to the
 * caller. */
#include "common/config/readahead.h"

#include <fcntl.h>

#include "tree.h"

#define FILES 1000

static const char *paths[FILES];

static bool is_long(size_t number)
{
    return number % 97 == 5;
}

static bool is_missing(size_t number)
{
    return number % 101 == 7 || number == FILES - 1;
}

/* Returns the directory's descriptor. */
static int make_files(struct tree *tree)
{
    static char long_text[READAHEAD_FILE_MAX_BYTES + 2];
    memset(long_text, 'x', sizeof(long_text) - 1);
    *tree = tree_open();
    for (size_t i = 0; i < FILES; i++) {
        char name[32], text[32];
        snprintf(name, sizeof(name), "%04zu.ini", i);
        snprintf(text, sizeof(text), "file %zu", i);
        if (!is_missing(i))
            tree_write(tree, name, is_long(i) ? long_text : text);
        paths[i] = strdup(tree_path(tree, name));
        CHECK(paths[i] != NULL);
    }
    return open(tree->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void end(struct tree *tree, int directory)
{
    for (size_t i = 0; i < FILES; i++)
        free((char *)(uintptr_t)paths[i]);
    close(directory);
    tree_close(tree);
}

static void gives_each_file_in_its_turn(void)
{
    struct tree tree;
    int directory = make_files(&tree);
    struct readahead *ahead = readahead_open(directory, paths, FILES);
    CHECK(ahead != NULL);
    for (size_t i = 0; i < FILES; i++) {
        char text[32];
        struct file file;
        snprintf(text, sizeof(text), "file %zu", i);
        bool is_read = readahead_take(ahead, &file);
        CHECK(is_read == !(is_long(i) || is_missing(i)), "%zu", i);
        CHECK(!is_read || strcmp((const char *)file.bytes, text) == 0, "%zu", i);
        CHECK(!is_read || file.stamp.inode != 0, "%zu", i);
        file_free(&file);
    }
    readahead_close(ahead);
    end(&tree, directory);
}

/* With files at hand that nobody took. */
static void ends_at_any_file(void)
{
    struct tree tree;
    int directory = make_files(&tree);
    for (size_t taken = 0; taken < FILES; taken += 61) {
        struct readahead *ahead = readahead_open(directory, paths, FILES);
        CHECK(ahead != NULL);
        for (size_t i = 0; i < taken; i++) {
            struct file file;
            (void)readahead_take(ahead, &file);
            file_free(&file);
        }
        readahead_close(ahead);
    }
    end(&tree, directory);
}

static void leaves_few_files_to_the_caller(void)
{
    CHECK(readahead_open(-1, paths, READAHEAD_FILES_MIN - 1) == NULL);
    readahead_close(NULL);
}

static const struct test tests[] = {
    TEST(gives_each_file_in_its_turn),
    TEST(ends_at_any_file),
    TEST(leaves_few_files_to_the_caller),
};

TEST_MAIN(tests)
