/* SPDX-License-Identifier: ISC */
/* test: the few macros that unit tests are written with. A test is a function whose name is a
 * sentence; CHECK goes on after a failure, so that a table shows all its failing rows. Output is
 * TAP. */
#ifndef TEST_H
#define TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_failures_in_this;

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_failures_in_this++;                                                               \
            printf("# %s:%d: %s:", __FILE__, __LINE__, #condition);                                \
            printf(" " __VA_ARGS__);                                                               \
            printf("\n");                                                                          \
        }                                                                                          \
    } while (0)

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }

/* Runs all; returns main's exit status. */
static inline int test_run(const struct test *tests, size_t count)
{
    int failed = 0;
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        test_failures_in_this = 0;
        tests[i].run();
        printf("%sok %zu - %s\n", test_failures_in_this != 0 ? "not " : "", i + 1, tests[i].name);
        fflush(stdout);
        failed += test_failures_in_this != 0;
    }
    return failed != 0;
}

#define TEST_MAIN(tests)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        return test_run(tests, sizeof(tests) / sizeof((tests)[0]));                                \
    }

#endif
