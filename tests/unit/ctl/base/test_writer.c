/* SPDX-License-Identifier: ISC */
/* test_writer: one traversal is written in each format, whole or not at all. */
#include "ctl/base/writer.h"

#include <inttypes.h>
#include <jansson.h>

#include "test.h"

/* A second format, as simple as can be: a line for each call. */
static void *open_lines(FILE *out)
{
    return out;
}

static int start_line(void *state, const char *name, bool is_list)
{
    return fprintf(state, "%s %s\n", is_list ? "list" : "start", name != NULL ? name : "-") < 0;
}

static int member_line(void *state, const char *name, const struct writer_value *value)
{
    return fprintf(state, "%d %s %s %" PRId64 "\n", (int)value->type, name != NULL ? name : "-",
                   value->text != NULL ? value->text : "-", value->number) < 0;
}

static int end_line(void *state)
{
    return fputs("end\n", state) < 0;
}

static int finish_lines(void *state)
{
    return fputs("finish\n", state) < 0;
}

static void close_lines(void *state)
{
    (void)state;
}

static const struct writer_format lines = {open_lines, start_line,   member_line,
                                           end_line,   finish_lines, close_lines};

static void write_result(struct writer *writer)
{
    char *const hosts[] = {"mx1", "mx2"};
    writer_text(writer, "zone",
                "b\xc3\xbc"
                "cher\n");
    writer_list(writer, "domains");
    writer_start(writer, NULL);
    writer_number(writer, "count", INT64_C(5000000000));
    writer_texts(writer, "mx", hosts, 2);
    writer_end(writer);
    writer_end(writer);
    writer_list(writer, "none");
    writer_end(writer);
    writer_time(writer, "at", 1);
    writer_time(writer, "never", 0);
    writer_boolean(writer, "alive", true);
    writer_null(writer, "nothing");
    writer_text(writer, "absent", NULL);
    writer_text(writer, "bytes", "/srv/\xff\x1b");
}

/* Owned by the caller. */
static char *written(const struct writer_format *format, void (*fill)(struct writer *), int *result)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    struct writer writer;
    writer_open(&writer, format, out);
    fill(&writer);
    *result = writer_finish(&writer);
    writer_close(&writer);
    writer_close(&writer);
    fclose(out);
    return text;
}

static void writes_the_same_result_in_each_format(void)
{
    static const char json[] = "{\n"
                               "  \"zone\": \"b\\u00FCcher\\n\",\n"
                               "  \"domains\": [\n"
                               "    {\n"
                               "      \"count\": 5000000000,\n"
                               "      \"mx\": [\n"
                               "        \"mx1\",\n"
                               "        \"mx2\"\n"
                               "      ]\n"
                               "    }\n"
                               "  ],\n"
                               "  \"none\": [],\n"
                               "  \"at\": 1,\n"
                               "  \"never\": null,\n"
                               "  \"alive\": true,\n"
                               "  \"nothing\": null,\n"
                               "  \"absent\": null,\n"
                               "  \"bytes\": \"/srv/\?\?\"\n"
                               "}\n";
    static const struct {
        const struct writer_format *format;
        const char *text;
    } rows[] = {
        {&writer_json, json},
        {&writer_stream, json},
        {&lines, "start -\n1 zone b\xc3\xbc"
                 "cher\n 0\nlist domains\nstart -\n2 count - 5000000000\nlist mx\n1 - mx1 0\n"
                 "1 - mx2 0\nend\nend\nend\nlist none\nend\n3 at - 1\n0 never - 0\n4 alive - 1\n"
                 "0 nothing - 0\n0 absent - 0\n1 bytes /srv/?? 0\nend\nfinish\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int result;
        char *text = written(rows[i].format, write_result, &result);
        CHECK(result == 0 && strcmp(text, rows[i].text) == 0, "%s", text);
        free(text);
    }
}

/* Two spaces for what is within something. */
static void write_deep(struct writer *writer)
{
    for (size_t i = 1; i < WRITER_DEPTH_MAX; i++)
        writer_start(writer, "in");
    writer_number(writer, "least", INT64_MIN);
    writer_number(writer, "most", INT64_MAX);
    for (size_t i = 1; i < WRITER_DEPTH_MAX; i++)
        writer_end(writer);
    writer_start(writer, "empty");
    writer_end(writer);
}

/* More than any part that is written at once. */
static void write_much(struct writer *writer)
{
    writer_list(writer, "\"names\"");
    for (int i = 0; i < 20000; i++)
        writer_text(writer, NULL,
                    i % 2 == 0 ? "plain" : "\\ \" / \x01\t\x7f \xc3\xbc \xf0\x9f\x98\x80");
    writer_end(writer);
}

/* The library's own words are what each text must be. */
static void writes_json_as_jansson_does(void)
{
    static void (*const fills[])(struct writer *) = {write_result, write_deep, write_much};
    static const struct writer_format *const formats[] = {&writer_json, &writer_stream};
    for (size_t i = 0; i < 6; i++) {
        int result;
        char *text = written(formats[i % 2], fills[i / 2], &result);
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        char *again = json_dumps(root, JSON_INDENT(2) | JSON_ENSURE_ASCII);
        size_t length = strlen(text);
        CHECK(result == 0 && again != NULL && length == strlen(again) + 1 &&
                  memcmp(text, again, length - 1) == 0 && text[length - 1] == '\n',
              "%zu: %.200s", i, text);
        json_decref(root);
        free(again);
        free(text);
    }
}

static void write_cells(struct writer *writer)
{
    static const char *const cells[] = {"plain", "", "a,b", "\"a\"\"b", "=1\"", "c\"d"};
    writer_list(writer, "outer");
    writer_start(writer, NULL);
    writer_list(writer, "rows");
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        writer_start(writer, NULL);
        writer_text(writer, "cell", cells[i]);
        writer_boolean(writer, "alive", i == 0);
        writer_end(writer);
    }
    writer_end(writer);
    writer_end(writer);
    writer_end(writer);
}

static void quotes_cells(void)
{
    int result;
    char *text = written(&writer_csv, write_cells, &result);
    CHECK(result == 0 && strcmp(text, "cell,alive\r\nplain,yes\r\n,no\r\n\"a,b\",no\r\n"
                                      "\"\"\"a\"\"\"\"b\",no\r\n\"'=1\"\"\",no\r\n"
                                      "\"c\"\"d\",no\r\n") == 0,
          "%s", text);
    free(text);
}

static int refuse(void *state, const char *name, const struct writer_value *value)
{
    (void)state;
    (void)name;
    (void)value;
    return -1;
}

static void keeps_a_failure_to_the_end(void)
{
    struct writer_format broken = lines;
    int result;
    broken.member = refuse;
    char *text = written(&broken, write_result, &result);
    CHECK(result == -1 && strcmp(text, "start -\n") == 0, "%s", text);
    free(text);
}

static void says_that_it_could_not_write(void)
{
    FILE *full = fopen("/dev/full", "w");
    struct writer writer;
    writer_open(&writer, &writer_json, full);
    write_result(&writer);
    CHECK(writer_finish(&writer) == -1);
    writer_close(&writer);
    clearerr(full);
    writer_open(&writer, &writer_stream, full);
    write_much(&writer);
    CHECK(writer.failed, "before the end");
    CHECK(writer_finish(&writer) == -1);
    writer_close(&writer);
    fclose(full);
}

static void writes_nothing_of_a_result_that_is_given_up(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    struct writer writer;
    writer_open(&writer, &writer_json, out);
    write_much(&writer);
    writer_close(&writer);
    write_result(&writer); /* closed, so it goes nowhere */
    fclose(out);
    CHECK(length == 0, "%s", text);
    free(text);
}

static const struct test tests[] = {
    TEST(writes_the_same_result_in_each_format),
    TEST(writes_json_as_jansson_does),
    TEST(quotes_cells),
    TEST(keeps_a_failure_to_the_end),
    TEST(says_that_it_could_not_write),
    TEST(writes_nothing_of_a_result_that_is_given_up),
};

TEST_MAIN(tests)
