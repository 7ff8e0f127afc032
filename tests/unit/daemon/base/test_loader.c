/* SPDX-License-Identifier: ISC */
/* test_loader: jobs that end, and jobs that hang in a read of a pipe until the test writes to it.
 */
#include "daemon/base/loader.h"

#include <dirent.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>

#include "common/base/file.h"
#include "daemon/base/log.h"
#include "loading.h"

#define HANG_MS 20

/* What stands in for the log. */
static char logged[16384];
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

void log_line(enum log_level level, const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&log_lock);
    size_t used = strlen(logged);
    va_start(arguments, format);
    used += (size_t)snprintf(logged + used, sizeof(logged) - used, "<%d>", (int)level);
    used += (size_t)vsnprintf(logged + used, sizeof(logged) - used, format, arguments);
    va_end(arguments);
    snprintf(logged + used, sizeof(logged) - used, "\n");
    pthread_mutex_unlock(&log_lock);
}

static unsigned lines_with(const char *words)
{
    unsigned count = 0;
    pthread_mutex_lock(&log_lock);
    for (const char *at = logged; (at = strstr(at, words)) != NULL; at++)
        count++;
    pthread_mutex_unlock(&log_lock);
    return count;
}

struct work {
    struct loader_job job;
    unsigned number;
    bool hangs; /* until a byte comes by the pipe */
};

static struct loading loading;
static int answers[2];
static atomic_uint begun, freed;
static unsigned finished;
static pthread_t finisher;

static void run(struct loader_job *job)
{
    char byte;
    char path[64];
    const struct work *work = (const struct work *)(const void *)job;
    atomic_fetch_add(&begun, 1);
    snprintf(path, sizeof(path), "/hang/%u", work->number);
    file_note(path);
    if (work->hangs && read(answers[0], &byte, 1) != 1)
        abort();
    file_note(NULL);
}

static void finish(struct loader_job *job, int64_t now_ms)
{
    (void)job;
    finished += now_ms == 42;
    finisher = pthread_self();
}

static void free_work(struct loader_job *job)
{
    free(job);
    atomic_fetch_add(&freed, 1);
}

static struct loader_job *submit(unsigned number, uint64_t key, bool hangs)
{
    struct work *work = calloc(1, sizeof(*work));
    if (work == NULL)
        abort();
    work->job = (struct loader_job){.run = run, .finish = finish, .free = free_work, .key = key};
    work->number = number;
    work->hangs = hangs;
    if (!loader_submit(loading.context.port, &work->job))
        abort();
    return &work->job;
}

static void let_go(unsigned count)
{
    static const char bytes[LOADER_THREADS_MAX + 1];
    if (write(answers[1], bytes, count) != (ssize_t)count)
        abort();
}

static void begin(void)
{
    if (pipe(answers) != 0)
        abort();
    logged[0] = '\0';
    begun = freed = finished = 0;
    loading_open(&loading, HANG_MS);
}

static void end(void)
{
    loading_close(&loading);
    close(answers[0]);
    close(answers[1]);
}

static void finish_until(unsigned count)
{
    while (finished < count)
        loading_finish(&loading, 42);
}

/* Until the condition holds; a minute at most. */
#define AWAIT(condition)                                                                           \
    do {                                                                                           \
        unsigned turns_ = 0;                                                                       \
        while (!(condition) && ++turns_ < 60000)                                                   \
            usleep(1000);                                                                          \
        CHECK(condition);                                                                          \
    } while (0)

/* ThreadSanitizer runs one of its own. */
#if defined(__SANITIZE_THREAD__)
#define FOREIGN_THREADS 1
#else
#define FOREIGN_THREADS 0
#endif

static unsigned threads(void)
{
    unsigned count = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        abort();
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count - FOREIGN_THREADS;
}

static void finishes_each_job_once_on_the_thread_of_its_port(void)
{
    begin();
    for (unsigned i = 0; i < 500; i++)
        submit(i, i, false);
    finish_until(500);
    CHECK(begun == 500 && freed == 500 && finished == 500, "%u, %u, %u", begun, freed, finished);
    CHECK(pthread_equal(finisher, pthread_self()));
    end();
}

static void keeps_two_threads_when_there_is_nothing_to_do(void)
{
    begin();
    AWAIT(threads() == 1); /* those of the test before this one have ended */
    for (unsigned i = 0; i < LOADER_THREADS_MAX; i++)
        submit(i, i, true);
    AWAIT(begun == LOADER_THREADS_MAX);
    CHECK(threads() == 1 + LOADER_THREADS_MAX, "%u", threads());
    let_go(LOADER_THREADS_MAX);
    finish_until(LOADER_THREADS_MAX);
    AWAIT(threads() <= 1 + 2);
    end();
}

static void one_that_hangs_holds_up_no_other_and_is_told_of_once(void)
{
    begin();
    const struct loader_job *hanging = submit(1, 1, true);
    AWAIT(begun == 1);
    CHECK(!loader_job_hangs(hanging), "at once");
    for (unsigned i = 0; i < 20; i++)
        submit(2, 2, false);
    finish_until(20);
    loader_tell_hanging(loading.loader);
    for (unsigned turns = 0; turns < 60000 && !loader_job_hangs(hanging); turns++) {
        usleep(1000);
        loader_tell_hanging(loading.loader);
    }
    CHECK(loader_job_hangs(hanging));
    loader_tell_hanging(loading.loader);
    CHECK(lines_with("<3>/hang/1: its file system does not answer") == 1, "%s", logged);
    CHECK(lines_with("(1 of 8 loader threads hang)") == 1, "%s", logged);
    let_go(1);
    finish_until(21);
    CHECK(lines_with("<5>/hang/1: answers again") == 1, "%s", logged);
    CHECK(lines_with("\n") == 2, "%s", logged);
    end();
}

static void gives_no_second_thread_to_what_one_hangs_in(void)
{
    begin();
    submit(1, 1, true);
    AWAIT(begun == 1);
    const struct loader_job *second = submit(1, 1, false);
    submit(2, 2, false);
    finish_until(1);
    CHECK(begun == 2, "%u", begun);
    for (unsigned turns = 0; turns < 60000 && !loader_job_hangs(second); turns++) {
        usleep(1000);
        loader_tell_hanging(loading.loader);
    }
    CHECK(loader_job_hangs(second), "what waits for one that hangs");
    let_go(1);
    finish_until(3);
    CHECK(begun == 3, "%u", begun);
    end();
}

static void lets_the_ninth_wait_while_eight_hang(void)
{
    begin();
    for (unsigned i = 0; i < LOADER_THREADS_MAX; i++)
        submit(i, i, true);
    AWAIT(begun == LOADER_THREADS_MAX);
    const struct loader_job *ninth = submit(9, 9, false);
    for (unsigned turns = 0; turns < 60000 && lines_with("hang)") < LOADER_THREADS_MAX; turns++) {
        usleep(1000);
        loader_tell_hanging(loading.loader);
    }
    CHECK(begun == LOADER_THREADS_MAX, "%u", begun);
    CHECK(lines_with("<3>all loader threads hang") == 1, "%s", logged);
    CHECK(!loader_job_hangs(ninth), "it has not begun");
    let_go(1);
    finish_until(2);
    CHECK(begun == LOADER_THREADS_MAX + 1, "%u", begun);
    let_go(LOADER_THREADS_MAX - 1);
    finish_until(LOADER_THREADS_MAX + 1);
    end();
}

static void takes_a_bounded_number_of_jobs(void)
{
    begin();
    for (unsigned i = 0; i < LOADER_THREADS_MAX; i++)
        submit(i, i, true);
    AWAIT(begun == LOADER_THREADS_MAX);
    for (unsigned i = 0; i < LOADER_WAITING_MAX; i++)
        submit(i, i, false);
    struct work one_more = {
        .job = {.run = run, .finish = finish, .free = free_work, .key = 100000}};
    CHECK(!loader_submit(loading.context.port, &one_more.job));
    let_go(LOADER_THREADS_MAX);
    finish_until(LOADER_THREADS_MAX + LOADER_WAITING_MAX);
    end();
}

static void forgets_a_job_in_any_stage(void)
{
    begin();
    for (unsigned i = 0; i < LOADER_THREADS_MAX - 1; i++)
        submit(i, i, true);
    struct loader_job *running = submit(8, 8, true);
    AWAIT(begun == LOADER_THREADS_MAX);
    struct loader_job *waiting = submit(9, 9, false);
    loader_forget(waiting);
    CHECK(freed == 1, "waiting");
    loader_forget(running);
    CHECK(freed == 1, "it runs");
    let_go(LOADER_THREADS_MAX);
    finish_until(LOADER_THREADS_MAX - 1);
    AWAIT(freed == LOADER_THREADS_MAX + 1);
    struct loader_job *done = submit(10, 10, false);
    struct pollfd wake = {.fd = loading.wake_fd, .events = POLLIN};
    CHECK(poll(&wake, 1, 60000) == 1);
    loader_forget(done);
    loader_port_run(loading.context.port, 42);
    CHECK(freed == LOADER_THREADS_MAX + 2 && finished == LOADER_THREADS_MAX - 1);
    end();
}

static void ends_without_those_that_hang(void)
{
    begin();
    submit(1, 1, true);
    submit(2, 2, true);
    AWAIT(begun == 2);
    submit(2, 2, false);
    loader_port_close(loading.context.port);
    loader_close(loading.loader);
    CHECK(freed == 1 && finished == 0, "%u, %u", freed, finished);
    close(loading.wake_fd);
    let_go(2); /* into a loader that nobody else has any more */
    AWAIT(freed == 3);
    AWAIT(threads() == 1);
    close(answers[0]);
    close(answers[1]);
}

static const struct test tests[] = {
    TEST(finishes_each_job_once_on_the_thread_of_its_port),
    TEST(keeps_two_threads_when_there_is_nothing_to_do),
    TEST(one_that_hangs_holds_up_no_other_and_is_told_of_once),
    TEST(gives_no_second_thread_to_what_one_hangs_in),
    TEST(lets_the_ninth_wait_while_eight_hang),
    TEST(takes_a_bounded_number_of_jobs),
    TEST(forgets_a_job_in_any_stage),
    TEST(ends_without_those_that_hang),
};

TEST_MAIN(tests)
