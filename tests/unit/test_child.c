/* SPDX-License-Identifier: ISC */
/* test_child: programs run beside the test, and what is known of their ends. */
#include "child.h"

#include <signal.h>
#include <sys/wait.h>

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

static const struct test tests[] = {
    TEST(an_exit_status_and_a_signal_are_told_apart),
    TEST(a_child_whose_end_is_lost_has_failed),
};

int main(void)
{
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
