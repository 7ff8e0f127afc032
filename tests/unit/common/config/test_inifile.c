/* SPDX-License-Identifier: ISC */
/* test_inifile: what the reader tells of each line, and what it refuses to pass through inih. */
#include "common/config/inifile.h"

#include "test.h"

/* What was told, as text: "S3:title", "P4:key=value", "B5:sentence", each in a line. */
struct told {
    char text[8000];
    size_t used;
    int fail_at; /* of the callbacks, from 1; 0: none */
    int calls;
};

static int tell(struct told *told, char kind, unsigned line, const char *text, size_t length)
{
    int added = snprintf(told->text + told->used, sizeof(told->text) - told->used, "%c%u:%.*s\n",
                         kind, line, (int)length, text);
    if (added > 0 && (size_t)added < sizeof(told->text) - told->used)
        told->used += (size_t)added;
    return ++told->calls == told->fail_at ? -1 : 0;
}

static int take_section(void *context, unsigned line, const char *title, size_t length,
                        const char *broken)
{
    int result = tell(context, 'S', line, title, length);
    return broken != NULL ? tell(context, 'b', line, broken, strlen(broken)) : result;
}

static int take_pair(void *context, unsigned line, const char *key, const char *value)
{
    char text[2100];
    int length = snprintf(text, sizeof(text), "%s=%s", key, value);
    return tell(context, 'P', line, text, (size_t)length);
}

static int take_broken(void *context, unsigned line, const char *sentence)
{
    return tell(context, 'B', line, sentence, strlen(sentence));
}

static const struct inifile_events events = {take_section, take_pair, take_broken};

static const char *read_bytes(const char *bytes, size_t length)
{
    static struct told told;
    told = (struct told){.used = 0};
    struct error why;
    CHECK(inifile_read(bytes, length, &events, &told, &why) == 0, "%s", why.text);
    return told.text;
}

static void tells_titles_and_pairs_with_their_lines(void)
{
    static const struct {
        const char *bytes;
        const char *told;
    } rows[] = {
        {"", ""},
        {"\n\n", ""},
        {"[a]\nb = c\n", "S1:a\nP2:b=c\n"},
        {"[a]\r\nb = c\r\n", "S1:a\nP2:b=c\n"},
        {"[a]\nb=c", "S1:a\nP2:b=c\n"},
        {"; x\n# y\n\t; z\n[a] ; b\nb=c ; d ; e\n", "S4:a\nP5:b=c\n"},
        {"[ policy  x ]\n", "S1: policy  x \n"},
        {"[a]\nb = c\nb = d\n[e]\n[a]\nb = f\n", "S1:a\nP2:b=c\nP3:b=d\nS4:e\nS5:a\nP6:b=f\n"},
        {"[a]\nb = c=d:e;f#g\n", "S1:a\nP2:b=c=d:e;f#g\n"},
        {"[a]\n\xef\xbb\xbf"
         "b = c\n",
         "S1:a\nP2:\xef\xbb\xbf"
         "b=c\n"},
        {"[a]\n  \t\nb\t=\tc d\te  \n", "S1:a\nP3:b=c d\te\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *told = read_bytes(rows[i].bytes, strlen(rows[i].bytes));
        CHECK(strcmp(told, rows[i].told) == 0, "%s: %s", rows[i].bytes, told);
    }
}

static void refuses_each_line_that_reads_differently_from_how_it_looks(void)
{
    static const struct {
        const char *line;
        const char *fragment;
    } rows[] = {
        {" b = c", "begins with a blank"},
        {"\tb = c", "begins with a blank"},
        {"b : c", "`:` where `=` belongs"},
        {"b:c=d", "`:` where `=` belongs"},
        {"b c", "no `=`"},
        {"b ; = c", "no `=`"},
        {"= c", "no key"},
        {"b =", "no value"},
        {"b = ; c", "no value"},
        {"b =;c", "begins with `;`"},
        {"b = c # d", "start with ` ;`"},
        {"b = # d", "start with ` ;`"},
        {"b =#d", "start with ` ;`"},
        {"b = \"c\"", "quotes"},
        {"b = 'c'", "quotes"},
        {"b = c\"", "quotes"},
        {"b = \"c ; d\"", "quotes"},
        {"b = c\rd = e", "carriage return"},
        {"b = c\r\r", "carriage return"},
        {"b = c\vd", "control character"},
        {"b = c\x7f", "control character"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[200];
        snprintf(text, sizeof(text), "[a]\n%s\nz = y\n", rows[i].line);
        const char *told = read_bytes(text, strlen(text));
        CHECK(strncmp(told, "S1:a\nB2:", 8) == 0, "%s: %s", rows[i].line, told);
        CHECK(strstr(told, rows[i].fragment) != NULL, "%s: %s", rows[i].line, told);
        CHECK(strlen(told) > 10 && strcmp(told + strlen(told) - 8, "\nP3:z=y\n") == 0, "%s: %s",
              rows[i].line, told);
    }
}

static void tells_the_title_of_a_header_that_is_refused(void)
{
    static const struct {
        const char *line;
        const char *title;
        const char *fragment;
    } rows[] = {
        {"[a", "S1:a\n", "`]` is missing"},        {"[a ; b", "S1:a\n", "`]` is missing"},
        {"[a] b = c", "S1:a\n", "text after `]`"}, {"[a];b", "S1:a\n", "text after `]`"},
        {"[a] # b", "S1:a\n", "text after `]`"},   {" [a]", "S1:a\n", "begins with a blank"},
        {"[a]\r ", "S1:a\n", "carriage return"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *told = read_bytes(rows[i].line, strlen(rows[i].line));
        CHECK(strncmp(told, rows[i].title, strlen(rows[i].title)) == 0, "%s", told);
        CHECK(strstr(told, rows[i].fragment) != NULL, "%s: %s", rows[i].line, told);
    }
}

static void refuses_nul_bytes_marks_and_keys_outside_any_section(void)
{
    static const char nul[] = "[a]\nb = c\0d\n[e\0.f]\n";
    static const char mark[] = "\xef\xbb\xbf[a]\nb = c\n";
    static const char outside[] = "b = c\n[a]\nd = e\n";
    const char *told = read_bytes(nul, sizeof(nul) - 1);
    CHECK(strstr(told, "B2:the line holds a NUL") != NULL && strstr(told, "\nb3:") != NULL, "%s",
          told);
    told = read_bytes(mark, sizeof(mark) - 1);
    CHECK(strncmp(told, "B1:the file begins with a byte order mark", 30) == 0, "%s", told);
    CHECK(strstr(told, "\nS1:a\nP2:b=c\n") != NULL, "%s", told);
    told = read_bytes(outside, sizeof(outside) - 1);
    CHECK(strncmp(told, "B1:the key is outside any section", 30) == 0, "%s", told);
    CHECK(strstr(told, "\nS2:a\nP3:d=e\n") != NULL, "%s", told);
}

/* Whether they fit inih's buffer or not. */
static void passes_long_values_whole(void)
{
    static const char *const fills[] = {"a", "ab.", "ab c, ", "x;y=z#:", "0-", "mail\xc3\xa4"};
    for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
        for (size_t length = 150; length <= 1010; length += 3) {
            char value[1100] = "";
            char text[1200];
            char expected[1200];
            for (size_t at = 0; at < length; at++)
                value[at] = fills[i][at % strlen(fills[i])];
            value[length] = 'e';
            value[length + 1] = '\0';
            snprintf(text, sizeof(text), "[a]\nkey = %s ; c\nz = y\n", value);
            snprintf(expected, sizeof(expected), "S1:a\nP2:key=%s\nP3:z=y\n", value);
            const char *told = read_bytes(text, strlen(text));
            CHECK(strcmp(told, expected) == 0, "%s %zu: %s", fills[i], length, told);
        }
    }
}

static void passes_keys_and_values_that_inih_would_cut(void)
{
    static const char fills[] = "k/ .";
    char text[1200];
    char expected[1200];
    for (const char *fill = fills; *fill != '\0'; fill++) {
        char bytes[901] = "";
        memset(bytes, *fill, sizeof(bytes) - 1);
        snprintf(text, sizeof(text), "[a]\nk%sk = v%sv ; c\n", "", bytes);
        snprintf(expected, sizeof(expected), "S1:a\nP2:kk=v%sv\n", bytes);
        const char *told = read_bytes(text, strlen(text));
        CHECK(strcmp(told, expected) == 0, "value of '%c': %s", *fill, told);
        snprintf(text, sizeof(text), "[a]\nk%sk=v\nz = y\n", bytes);
        snprintf(expected, sizeof(expected), "S1:a\nP2:k%sk=v\nP3:z=y\n", bytes);
        told = read_bytes(text, strlen(text));
        CHECK(strcmp(told, expected) == 0, "key of '%c': %s", *fill, told);
    }
    snprintf(text, sizeof(text), "[a]\nb = %01100d\nz = y\n", 0);
    const char *told = read_bytes(text, strlen(text));
    CHECK(strstr(told, "\nB2:the line is over 1,024 bytes") != NULL, "%s", told);
    CHECK(strstr(told, "\nP3:z=y\n") != NULL, "%s", told);
}

static void keeps_a_title_of_any_length(void)
{
    char text[1100];
    char expected[1100];
    snprintf(text, sizeof(text), "[%0900d.example]\nb = c\n", 7);
    snprintf(expected, sizeof(expected), "S1:%0900d.example\nP2:b=c\n", 7);
    const char *told = read_bytes(text, strlen(text));
    CHECK(strcmp(told, expected) == 0, "%s", told);
}

static void ends_when_a_callback_fails(void)
{
    static const char text[] = "[a]\nb = c\nd\n[e]\nf = g\n";
    for (int fail_at = 1; fail_at <= 5; fail_at++) {
        struct told told = {.fail_at = fail_at};
        struct error why = {.text = ""};
        CHECK(inifile_read(text, strlen(text), &events, &told, &why) == -1, "%d", fail_at);
        CHECK(told.calls == fail_at, "%d: %d", fail_at, told.calls);
        CHECK(strcmp(why.text, "out of memory") == 0, "%s", why.text);
    }
}

static const struct test tests[] = {
    TEST(tells_titles_and_pairs_with_their_lines),
    TEST(refuses_each_line_that_reads_differently_from_how_it_looks),
    TEST(tells_the_title_of_a_header_that_is_refused),
    TEST(refuses_nul_bytes_marks_and_keys_outside_any_section),
    TEST(passes_long_values_whole),
    TEST(passes_keys_and_values_that_inih_would_cut),
    TEST(keeps_a_title_of_any_length),
    TEST(ends_when_a_callback_fails),
};

TEST_MAIN(tests)
