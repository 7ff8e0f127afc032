/* SPDX-License-Identifier: ISC */
/* test_directory: documents that are directories, and some that are not. */
#include "ctl/acme/directory.c"

#include "test.h"

static int read_text(struct directory *out, const char *text)
{
    struct error why;
    json_t *root = json_loads(text, 0, NULL);
    int result = read_document(out, root, &why);
    json_decref(root);
    return result;
}

static void takes_the_names_and_the_url_of_renewal_information(void)
{
    struct directory directory;
    CHECK(read_text(&directory, "{\"newOrder\": \"https://ca.example/o\", \"renewalInfo\": "
                                "\"https://ca.example/r\", \"meta\": {\"caaIdentities\": "
                                "[\"CA.example\", \"two.example.net\"]}}") == 0);
    CHECK(directory.identity_count == 2);
    CHECK(strcmp(directory.identities[0].text, "ca.example") == 0);
    CHECK(strcmp(directory.renewal_info, "https://ca.example/r") == 0);
}

static void leaves_out_what_is_no_name_and_no_https_url(void)
{
    struct directory directory;
    CHECK(read_text(&directory,
                    "{\"newOrder\": \"x\", \"renewalInfo\": \"http://ca.example/r\", \"meta\": "
                    "{\"caaIdentities\": [1, \"\", \"a b.example\", \"fine.example\", null]}}") ==
          0);
    CHECK(directory.identity_count == 1 && directory.renewal_info[0] == '\0');
    CHECK(read_text(&directory, "{\"newOrder\": \"x\", \"meta\": {\"caaIdentities\": 7}}") == 0);
    CHECK(directory.identity_count == 0);
}

static void takes_so_many_names_and_no_more(void)
{
    char text[1024] = "{\"newOrder\": \"x\", \"meta\": {\"caaIdentities\": [\"a.example\"";
    struct directory directory;
    for (size_t i = 0; i < 2 * DIRECTORY_IDENTITIES_MAX; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", ", \"b.example\"");
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", "]}}");
    CHECK(read_text(&directory, text) == 0);
    CHECK(directory.identity_count == DIRECTORY_IDENTITIES_MAX);
}

static void refuses_what_is_no_directory(void)
{
    struct directory directory;
    CHECK(read_text(&directory, "{}") == -1);
    CHECK(read_text(&directory, "[]") == -1);
    CHECK(read_text(&directory, "{\"newOrder\": 1}") == -1);
}

static const struct test tests[] = {
    TEST(takes_the_names_and_the_url_of_renewal_information),
    TEST(leaves_out_what_is_no_name_and_no_https_url),
    TEST(takes_so_many_names_and_no_more),
    TEST(refuses_what_is_no_directory),
};

TEST_MAIN(tests)
