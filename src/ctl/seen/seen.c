/* SPDX-License-Identifier: ISC */
/* seen: the verb that tells who fetched which policy, and from when on an MX may change. */
#include "ctl/seen/seen.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/name/hostname.h"
#include "ctl/base/options.h"
#include "ctl/base/setup.h"
#include "ctl/base/writer.h"
#include "ctl/seen/fetchqueue.h"
#include "ctl/seen/journalread.h"
#include "ctl/seen/logfiles.h"
#include "ctl/seen/logreader.h"
#include "ctl/seen/seenlist.h"
#include "ctl/seen/seentext.h"
#include "ctl/seen/seenwrite.h"

#define LOGS_MAX 64

enum { OPTION_JSON = 256, OPTION_CSV, OPTION_LOG, OPTION_MATCH };

static const char help[] =
    "Usage: mta-stsctl seen [-c FILE] [--log FILE] [--json | --csv] [DOMAIN]\n"
    "Tells who fetched which policy last, and from which day on an MX of DOMAIN may\n"
    "change, because nobody can hold an older policy any more. Without DOMAIN: for\n"
    "each domain. It reads the server's access log, from the journal by default.\n"
    "\n"
    "  -c, --config FILE   the server's configuration, not\n"
    "                      " SETUP_CONFIG "\n"
    "      --log FILE      read this file and the rotated ones beside it (FILE.1,\n"
    "                      FILE-20261122.gz), or - for standard input; for several\n"
    "                      servers give each one's\n"
    "      --match FIELD=VALUE\n"
    "                      read these entries of the journal, not\n"
    "                      " JOURNALREAD_MATCH "\n"
    "      --json          print JSON\n"
    "      --csv           print a table in CSV\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 may change now, 1 must wait, 2 usage error or failure.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"log", required_argument, NULL, OPTION_LOG},
    {"match", required_argument, NULL, OPTION_MATCH},
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct params {
    const char *config_path;
    const char *match; /* NULL: the built-in one */
    const char *logs[LOGS_MAX];
    size_t log_count;
    int format; /* OPTION_JSON, OPTION_CSV; 0: text */
    unsigned formats;
    struct hostname domain; /* empty: all */
};

/* What is made of the lines. */
struct intake {
    struct coverage coverage;
    struct lastseen lastseen;
    struct fetchqueue queue; /* to lastseen */
};

static int take_line(void *context, const char *bytes, size_t length, struct error *why)
{
    struct intake *intake = context;
    struct logline line;
    int64_t when;
    logline_read(&line, bytes, length);
    if (line.kind == LOGLINE_OTHER)
        return 0;
    if (coverage_add(&intake->coverage, &line, &when, why) != 0)
        return -1;
    return line.kind == LOGLINE_FETCH ? fetchqueue_add(&intake->queue, &line, when, why) : 0;
}

/* ---- The logs. */

static int read_file(struct intake *intake, const char *path)
{
    struct error why;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return setup_fail("%s: %s", path, strerror(errno));
    int result = logreader_run(fd, path, take_line, intake, &why);
    close(fd);
    return result == 0 ? 0 : setup_fail("%s", why.text);
}

/* A file that cannot be read is said, and makes a gap: its lines are missing. */
static int read_log(struct intake *intake, const char *path)
{
    struct logfiles files;
    struct error why;
    size_t read_count = 0;
    if (coverage_next_log(&intake->coverage, &why) != 0)
        return setup_fail("%s", why.text);
    if (strcmp(path, "-") == 0)
        return logreader_run(STDIN_FILENO, "standard input", take_line, intake, &why) == 0
                   ? 0
                   : setup_fail("%s", why.text);
    if (logfiles_find(&files, path, &why) != 0)
        return setup_fail("%s", why.text);
    for (size_t i = 0; i < files.count; i++)
        read_count += read_file(intake, files.items[i].path) == 0;
    logfiles_free(&files);
    return read_count > 0 ? 0 : SETUP_FAILED;
}

static int read_logs(struct intake *intake, const struct params *params)
{
    struct error why;
    int status = 0;
    for (size_t i = 0; i < params->log_count && status == 0; i++)
        status = read_log(intake, params->logs[i]);
    const char *match = params->match != NULL ? params->match : JOURNALREAD_MATCH;
    if (params->log_count == 0 && journalread_run(match, take_line, intake, &why) != 0)
        status = setup_fail("%s", why.text);
    if (status != 0)
        return status;
    if (fetchqueue_finish(&intake->queue, &why) != 0 ||
        coverage_finish(&intake->coverage, &why) != 0)
        return setup_fail("%s", why.text);
    if (intake->coverage.begins == 0 && params->log_count == 0)
        return setup_fail("seen: the journal has no line of the access log that this user may "
                          "read; run it as root, or give --log or --match");
    if (intake->coverage.begins == 0)
        return setup_fail("seen: the log has no line of the server's access log");
    return 0;
}

/* ---- The answer. */

static int write_result(const struct seenlist *list, const struct params *params)
{
    struct error why;
    size_t waits;
    int result;
    if (params->format == 0)
        result = seentext_write(list, &waits, &why);
    else
        result = seenwrite(list, params->format == OPTION_JSON ? &writer_stream : &writer_csv,
                           &waits, &why);
    if (result != 0)
        return setup_fail("%s", why.text);
    return waits == 0 ? SETUP_FINE : SETUP_FOUND;
}

static int answer(struct intake *intake, const struct config *config, const struct params *params)
{
    struct error why;
    struct seenlist list = {
        .config = config,
        .coverage = &intake->coverage,
        .lastseen = &intake->lastseen,
        .only = params->domain.length > 0 ? params->domain.text : NULL,
    };
    lastseen_sort(&intake->lastseen);
    if (list.only != NULL && lastseen_find(&intake->lastseen, list.only) == NULL &&
        setup_find(config, list.only) == NULL)
        return setup_fail("seen: %s is not configured, and nobody fetched its policy", list.only);
    if (seenlist_open(&list, &why) != 0)
        return setup_fail("%s", why.text);
    return write_result(&list, params);
}

static int act(const struct params *params)
{
    struct config *config;
    struct intake intake = {.coverage = {.now = (int64_t)time(NULL)}};
    intake.queue.to = &intake.lastseen;
    if (params->domain.length > 0)
        intake.lastseen.only = params->domain.text;
    if (setup_load(&config, params->config_path, NULL) != 0)
        return SETUP_FAILED;
    int status = read_logs(&intake, params);
    if (status == 0)
        status = answer(&intake, config, params);
    coverage_free(&intake.coverage);
    lastseen_free(&intake.lastseen);
    config_free(config);
    return status;
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return 0;
    case OPTION_MATCH:
        params->match = argument;
        return 0;
    case OPTION_LOG:
        if (params->log_count == LOGS_MAX)
            return setup_fail("seen: at most %d times --log", LOGS_MAX);
        params->logs[params->log_count++] = argument;
        return 0;
    default:
        assert(option == OPTION_JSON || option == OPTION_CSV);
        params->formats += params->format != option;
        params->format = option;
        return 0;
    }
}

static const struct options options = {help, "c:h", option_words, take};

int seen_run(int argc, char **argv)
{
    struct params params = {.config_path = SETUP_CONFIG};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    if (params.formats > 1)
        return setup_fail("seen: --json and --csv are mutually exclusive");
    if (params.log_count > 0 && params.match != NULL)
        return setup_fail("seen: --log and --match are mutually exclusive");
    if (argc - optind > 1)
        return setup_fail("seen: give one domain, or none; try 'mta-stsctl seen --help'");
    if (optind < argc &&
        setup_name(&params.domain, "seen", argv[optind], strlen(argv[optind])) != 0)
        return SETUP_FAILED;
    return act(&params);
}
