/* SPDX-License-Identifier: ISC */
/* test_child: programs run beside the test, and what is known of their ends. */
#include "ctl/base/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "ctl/base/descriptors.h"
#include "test.h"

#define BOUND_S 20

static struct error why;

static int run(struct child *child, const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    if (child_start(child, argv, &why) != 0)
        return -1;
    return child_wait(child, BOUND_S) ? child->status : -1;
}

static void an_exit_status_and_a_signal_are_told_apart(void)
{
    struct child child;
    CHECK(run(&child, "exit 0") == 0 && !child.lost, "%d", child.status);
    child_free(&child);
    CHECK(run(&child, "exit 3") == 3 && !child.lost, "%d", child.status);
    child_free(&child);
    CHECK(run(&child, "kill -9 $$") == 128 + SIGKILL && !child.lost, "%d", child.status);
    child_free(&child);
}

/* As it is where a parent ignores SIGCHLD, and hands that down. */
static void a_child_whose_end_is_lost_has_failed(void)
{
    struct child child;
    signal(SIGCHLD, SIG_IGN);
    CHECK(run(&child, "exit 0") == CHILD_LOST && child.lost, "%d", child.status);
    signal(SIGCHLD, SIG_DFL);
    child_free(&child);
}

/* More than a pipe holds, and more than is kept. */
static void of_much_output_the_end_is_kept(void)
{
    struct child child;
    char words[CHILD_WORDS_MAX];
    int status =
        run(&child, "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo \"the end\"; exit 2");
    CHECK(status == 2, "%d", status);
    child_words(&child, words);
    size_t length = strlen(words);
    CHECK(length == CHILD_WORDS_MAX - 1, "%zu", length);
    CHECK(strcmp(words + length - 11, "xx\nthe end\n") == 0, "%s", words + length - 11);
    child_free(&child);
}

/* It is ended all the same, and its words take no more room than those of another. */
static void a_child_that_writes_for_ever_is_ended(void)
{
    struct child child;
    const char *const argv[] = {"/bin/sh", "-c", "yes", NULL};
    CHECK(child_start(&child, argv, &why) == 0, "%s", why.text);
    CHECK(!child_wait(&child, 1), "it has ended");
    CHECK(child.status == 128 + SIGTERM && child.length < CHILD_WORDS_MAX, "%d", child.status);
    child_free(&child);
}

static void what_is_no_printable_text_becomes_question_marks(void)
{
    struct child child;
    char words[CHILD_WORDS_MAX];
    CHECK(run(&child, "printf 'a\\033\\200b\\n'") == 0, "%d", child.status);
    child_words(&child, words);
    CHECK(strcmp(words, "a??b\n") == 0, "%s", words);
    child_free(&child);
}

/* What is raised for our own connections is not for a program that may use select(2). */
static void a_child_has_the_limit_of_descriptors_that_we_were_started_with(void)
{
    const struct rlimit little = {64, 80};
    struct child child;
    char words[CHILD_WORDS_MAX];
    CHECK(setrlimit(RLIMIT_NOFILE, &little) == 0, "%s", strerror(errno));
    descriptors_raise();
    CHECK(descriptors_limit() == 80, "%zu", descriptors_limit());
    CHECK(run(&child, "ulimit -Sn; ulimit -Hn") == 0, "%d", child.status);
    child_words(&child, words);
    CHECK(strcmp(words, "64\n80\n") == 0, "%s", words);
    child_free(&child);
}

static const struct test tests[] = {
    TEST(an_exit_status_and_a_signal_are_told_apart),
    TEST(a_child_whose_end_is_lost_has_failed),
    TEST(of_much_output_the_end_is_kept),
    TEST(a_child_that_writes_for_ever_is_ended),
    TEST(what_is_no_printable_text_becomes_question_marks),
    TEST(a_child_has_the_limit_of_descriptors_that_we_were_started_with),
};

int main(void)
{
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
