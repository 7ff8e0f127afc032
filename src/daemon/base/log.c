/* SPDX-License-Identifier: ISC */
/* log: writes lines to stderr, each with one write, and with syslog priorities for the journal. */
#include "daemon/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "daemon/base/journal.h"

#define LINE_MAX_BYTES 2048 /* with prefix and line end; under PIPE_BUF, so lines never mix */
#define ENTRY_MAX      4096 /* of the journal: a line, its fields, and what stands before */
#define LEFT_OUT       "%" PRIu64 " lines of this kind were left out"

#define NS_PER_MS    INT64_C(1000000)
#define PATIENCE_MS  1000               /* of one finding */
#define PATIENCES_NS (5000 * NS_PER_MS) /* of all that one load says */
#define LOST         "%" PRIu64 " lines were lost: nobody read the log"

static bool prefixed;

/* One line at a time, so that a full pipe is noticed before the line that would wait for it. Once
 * the server runs, nobody waits for the reader under the lock. */
static struct {
    pthread_mutex_t lock;
    bool never_waits;
    bool waited_in_vain; /* nothing was written since */
    int64_t patience_ns; /* what is left of it in this load */
    uint64_t lost;
    uint64_t all_lost; /* told or not */
} output = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* What may still be said of a kind: a bucket of tokens, kept as the time at which it would be full,
 * so that no token is lost to rounding. */
struct bucket {
    pthread_mutex_t lock;
    int64_t per_s;   /* and as many at once */
    int64_t full_ns; /* monotonic clock */
    uint64_t left_out;
    uint64_t all_left_out; /* told or not */
};

static struct bucket limited = {.lock = PTHREAD_MUTEX_INITIALIZER, .per_s = LOG_LIMITED_PER_S};
static struct bucket troubles = {.lock = PTHREAD_MUTEX_INITIALIZER, .per_s = LOG_TROUBLES_PER_S};

void log_open(void)
{
    struct stat status;
    char name[64]; /* "device:inode", systemd.exec(5) */
    const char *stream = getenv("JOURNAL_STREAM");
    prefixed = false;
    journal_close();
    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return;
    snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    prefixed = strcmp(stream, name) == 0;
    if (prefixed)
        (void)journal_open(JOURNAL_SOCKET);
}

bool log_has_prefix(void)
{
    return prefixed;
}

void log_never_wait(void)
{
    pthread_mutex_lock(&output.lock);
    output.never_waits = true;
    pthread_mutex_unlock(&output.lock);
}

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void log_begin_load(void)
{
    pthread_mutex_lock(&output.lock);
    output.patience_ns = PATIENCES_NS;
    output.waited_in_vain = false;
    pthread_mutex_unlock(&output.lock);
}

static void write_all(const char *line, size_t length)
{
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line, length);
    } while (written < 0 && errno == EINTR);
    /* Nobody is left to tell when stderr itself fails. */
}

/* Whether a line can be written without waiting longer. A pipe that is ready takes PIPE_BUF bytes.
 */
static bool is_ready(int64_t wait_ns)
{
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&ready, 1, (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS)) != 0;
}

static void tell_lost(void)
{
    char told[64];
    if (output.lost == 0)
        return;
    int length = snprintf(told, sizeof(told), "%s" LOST "\n", prefixed ? "<4>" : "", output.lost);
    write_all(told, (size_t)length);
    output.lost = 0;
}

/* Under the lock. */
static bool try_to_write(const char *line, size_t length)
{
    if (output.never_waits && !is_ready(0))
        return false;
    tell_lost();
    write_all(line, length);
    output.waited_in_vain = false;
    return true;
}

/* Under the lock, which is given up while the reader is waited for. Another thread may write then,
 * so that there is to wait again. */
static bool try_for_a_while(const char *line, size_t length)
{
    int64_t begun = monotonic_ns();
    int64_t waited = 0;
    int64_t most = PATIENCE_MS * NS_PER_MS;
    if (output.patience_ns < most)
        most = output.patience_ns;
    bool is_written = false;
    while (!is_written && waited < most) {
        pthread_mutex_unlock(&output.lock);
        (void)is_ready(most - waited);
        pthread_mutex_lock(&output.lock);
        is_written = try_to_write(line, length);
        waited = monotonic_ns() - begun;
    }
    output.patience_ns -= waited;
    output.waited_in_vain = !is_written;
    return is_written;
}

/* Under the lock. */
static void count_lost(bool is_lost)
{
    output.lost += is_lost;
    output.all_lost += is_lost;
}

static void write_line(const char *line, size_t length, bool is_patient)
{
    pthread_mutex_lock(&output.lock);
    bool is_written = try_to_write(line, length);
    if (!is_written && is_patient && !output.waited_in_vain)
        is_written = try_for_a_while(line, length);
    count_lost(!is_written);
    pthread_mutex_unlock(&output.lock);
}

/* What a line may hold and whom it may wait for. */
struct manner {
    bool is_ascii;   /* other bytes are replaced: clients' words */
    bool is_patient; /* it waits for a reader */
};

/* Ends a cut line with "..." in place of its last whole character or characters. */
static size_t mark_cut(char *line, size_t length)
{
    length -= 3;
    while (length > 0 && ((unsigned char)line[length] & 0xc0) == 0x80)
        length--;
    memcpy(line + length, "...", 3);
    return length + 3;
}

static void __attribute__((format(printf, 3, 0)))
emit(enum log_level level, struct manner manner, const char *format, va_list arguments)
{
    char line[LINE_MAX_BYTES];
    size_t start = 0;
    if (prefixed)
        start = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
    size_t room = sizeof(line) - start; /* the NUL's place becomes the line end's */
    int made = vsnprintf(line + start, room, format, arguments);
    if (made < 0)
        return;
    size_t end = start + (size_t)made;
    if ((size_t)made >= room)
        end = mark_cut(line, sizeof(line) - 1);
    for (size_t i = start; i < end && manner.is_ascii; i++)
        if ((unsigned char)line[i] > 0x7f)
            line[i] = '?';
    end = start + printable_clean(line + start, end - start);
    line[end] = '\n';
    write_line(line, end + 1, manner.is_patient);
}

static void __attribute__((format(printf, 3, 4)))
emit_ours(enum log_level level, struct manner manner, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    emit(level, manner, format, arguments);
    va_end(arguments);
}

/* Takes that many tokens, all or none. Under the lock. */
static bool take_tokens(struct bucket *bucket, int count)
{
    int64_t now = monotonic_ns();
    int64_t full = bucket->full_ns > now ? bucket->full_ns : now;
    int64_t token_ns = INT64_C(1000000000) / bucket->per_s;
    if (full + count * token_ns > now + bucket->per_s * token_ns)
        return false;
    bucket->full_ns = full + count * token_ns;
    return true;
}

/* How many lines left out may be told of now; 0: none, or not yet. */
static uint64_t take_left_out(struct bucket *bucket)
{
    uint64_t count = 0;
    pthread_mutex_lock(&bucket->lock);
    if (bucket->left_out > 0 && take_tokens(bucket, 1)) {
        count = bucket->left_out;
        bucket->left_out = 0;
    }
    pthread_mutex_unlock(&bucket->lock);
    return count;
}

/* Whether a line of the kind may be written; *told is what must be told before it. */
static bool may_speak(struct bucket *bucket, uint64_t *told)
{
    pthread_mutex_lock(&bucket->lock);
    bool may = take_tokens(bucket, bucket->left_out > 0 ? 2 : 1);
    if (may) {
        *told = bucket->left_out;
        bucket->left_out = 0;
    } else {
        bucket->left_out++;
        bucket->all_left_out++;
    }
    pthread_mutex_unlock(&bucket->lock);
    return may;
}

static void tell_left_out(uint64_t count)
{
    if (count > 0)
        emit_ours(LOG_LEVEL_NOTICE, (struct manner){0}, LEFT_OUT, count);
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list arguments;
    tell_left_out(take_left_out(&limited));
    tell_left_out(take_left_out(&troubles));
    va_start(arguments, format);
    emit(level, (struct manner){0}, format, arguments);
    va_end(arguments);
}

void log_limited(enum log_level level, const char *format, ...)
{
    va_list arguments;
    uint64_t told = 0;
    if (!may_speak(&limited, &told))
        return;
    tell_left_out(told);
    va_start(arguments, format);
    emit(level, (struct manner){.is_ascii = true}, format, arguments);
    va_end(arguments);
}

void log_trouble(enum log_level level, const char *format, ...)
{
    va_list arguments;
    uint64_t told = 0;
    if (!may_speak(&troubles, &told))
        return;
    tell_left_out(told);
    va_start(arguments, format);
    emit(level, (struct manner){0}, format, arguments);
    va_end(arguments);
}

/* Where the journal takes no more the entry is lost, and told of when a line gets through. */
static void note_sent(bool is_lost)
{
    pthread_mutex_lock(&output.lock);
    count_lost(is_lost);
    if (!is_lost && output.lost > 0 && is_ready(0))
        tell_lost();
    pthread_mutex_unlock(&output.lock);
}

static enum journal_sent send_entry(enum log_level level, const char *line, const char *entries)
{
    char entry[ENTRY_MAX];
    if (!journal_is_open())
        return JOURNAL_CLOSED;
    int length =
        snprintf(entry, sizeof(entry), "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=mta-stsd\n%s",
                 line, (int)level, entries);
    if (length < 0 || (size_t)length >= sizeof(entry))
        return JOURNAL_CLOSED;
    return journal_send(entry, (size_t)length);
}

/* The line is printable, and short enough; a longer one is cut. */
static void write_record(enum log_level level, const char *line)
{
    char text[LINE_MAX_BYTES];
    size_t start = prefixed ? 3 : 0;
    text[0] = '<';
    text[1] = (char)('0' + (int)level);
    text[2] = '>';
    size_t length = strnlen(line, sizeof(text) - start - 1);
    memcpy(text + start, line, length);
    text[start + length] = '\n';
    write_line(text, start + length + 1, false);
}

void log_record(enum log_level level, bool is_limited, const char *line, const char *entries)
{
    uint64_t told = 0;
    if (is_limited && !may_speak(&limited, &told))
        return;
    tell_left_out(is_limited ? told : take_left_out(&limited));
    if (!is_limited)
        tell_left_out(take_left_out(&troubles));
    enum journal_sent sent = send_entry(level, line, entries);
    if (sent == JOURNAL_CLOSED)
        write_record(level, line);
    else
        note_sent(sent == JOURNAL_FULL);
}

static uint64_t all_left_out(struct bucket *bucket)
{
    pthread_mutex_lock(&bucket->lock);
    uint64_t count = bucket->all_left_out;
    pthread_mutex_unlock(&bucket->lock);
    return count;
}

struct log_counts log_counts(void)
{
    struct log_counts counts = {.left_out = all_left_out(&limited) + all_left_out(&troubles)};
    pthread_mutex_lock(&output.lock);
    counts.lost = output.all_lost;
    pthread_mutex_unlock(&output.lock);
    return counts;
}

void log_finding(const struct finding *finding)
{
    static const struct manner patient = {.is_patient = true};
    char sentence[FINDING_MAX];
    enum log_level level = LOG_LEVEL_NOTICE;
    const char *severity = "notice";
    if (finding->severity == SEVERITY_ERROR) {
        level = LOG_LEVEL_ERROR;
        severity = "error";
    } else if (finding->severity == SEVERITY_WARNING) {
        level = LOG_LEVEL_WARNING;
        severity = "warning";
    }
    finding_print(sentence, sizeof(sentence), finding);
    if (finding->line == 0)
        emit_ours(level, patient, "%s: %s: %s", finding->where, severity, sentence);
    else
        emit_ours(level, patient, "%s:%u: %s: %s", finding->where, finding->line, severity,
                  sentence);
}
