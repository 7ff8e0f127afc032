/* SPDX-License-Identifier: ISC */
/* lintfile: the verb `lint`: checks files offline, and corrects policy files. */
#include "ctl/lint/lintfile.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/config/quotable.h"
#include "common/name/hostname.h"
#include "common/policy/lint.h"
#include "ctl/base/finding_out.h"
#include "ctl/base/options.h"
#include "ctl/base/readas.h"
#include "ctl/base/replace.h"
#include "ctl/base/setup.h"
#include "ctl/lint/inspect.h"
#include "ctl/lint/repair.h"

#define FILE_MAX_BYTES ((size_t)256 * 1024 * 1024) /* as of a list that mta-stsd reads */
#define NEW_FILE_MODE  0644

enum { OPTION_JSON = 256, OPTION_TYPE, OPTION_DOMAIN, OPTION_FIX, OPTION_DRY_RUN };

static const char help[] =
    "Usage: mta-stsctl lint [--type policy | ini | list] [--fix [--dry-run]]\n"
    "                       [--domain DOMAIN] [-c FILE] [--json] FILE...\n"
    "Checks policy files, configurations and lists of domains offline: what is\n"
    "wrong, which sender rejects it, what to write instead. FILE - is a policy on\n"
    "standard input.\n"
    "\n"
    "      --type KIND     what FILE is (default: by its name and content)\n"
    "      --domain DOMAIN the policy's domain; finds wildcards that match all hosts\n"
    "                      of the domain\n"
    "  -c, --config FILE   the configuration that reads the list or includes the ini\n"
    "      --fix           rewrite policy files where a mistake has one obvious\n"
    "                      correction; - is rewritten to standard output\n"
    "      --dry-run       with --fix: say what would be corrected, write nothing\n"
    "      --json          print JSON\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 no errors or warnings, 1 some remain, 2 usage error or failure.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"domain", required_argument, NULL, OPTION_DOMAIN},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"fix", no_argument, NULL, OPTION_FIX},
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"type", required_argument, NULL, OPTION_TYPE},
    {NULL, 0, NULL, 0},
};

struct params {
    bool has_kind;
    enum inspect_kind kind;
    struct hostname domain; /* empty: not given */
    const char *config_path;
    bool fixes, dry_run, json;
    char **files;
    size_t file_count;
};

/* The result of one file. */
struct outcome {
    const char *name; /* as given, "-" as "standard input" */
    enum inspect_kind kind;
    bool changed;         /* bytes were written */
    const char *unquoted; /* why nothing of a policy is quoted; NULL: it is */
    char reader[65];      /* whom it was read as, where root runs this; else empty */
    struct findings findings;
};

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

static void add_steps(struct outcome *outcome, const struct repair *repair, bool dry_run)
{
    for (size_t i = 0; i < repair->count; i++)
        findings_add(&outcome->findings,
                     &(struct finding){.severity = dry_run ? SEVERITY_FIXABLE : SEVERITY_FIXED,
                                       .rule = repair->steps[i].rule,
                                       .where = outcome->name,
                                       .line = repair->steps[i].line},
                     "%s", repair->steps[i].done);
}

/* The file itself is replaced, not a link to it, and only the file that was judged. */
static int write_back(const char *path, const struct file_stamp *judged,
                      const struct repair *repair, struct error *why)
{
    struct place place;
    if (place_open(&place, path, &(struct place_params){.follows = true}, why) != 0)
        return -1;
    const struct replace_part part = {(const unsigned char *)repair->bytes, repair->length};
    const struct replace_params params = {.mode = NEW_FILE_MODE, .expected = judged};
    int result = replace_in(&place, &part, 1, &params, why);
    place_close(&place);
    return result;
}

static int write_out(const struct repair *repair, struct error *why)
{
    if (fwrite(repair->bytes, 1, repair->length, stdout) != repair->length || fflush(stdout) != 0)
        return error_set(why, "standard output: %s", strerror(errno));
    return 0;
}

/* Corrects the policy and checks the result; in a dry run, checks the original. */
static int fix(struct outcome *outcome, const struct params *params, const char *path,
               const struct file *file, struct error *why)
{
    struct repair repair = {0};
    const char *domain = params->domain.length > 0 ? params->domain.text : NULL;
    int result = -1;
    if (repair_policy(&repair, (const char *)file->bytes, file->length) != 0) {
        error_set(why, "%s: out of memory", outcome->name);
        goto done;
    }
    add_steps(outcome, &repair, params->dry_run);
    struct inspect_text text = {.name = outcome->name,
                                .domain = domain,
                                .bytes = params->dry_run ? (const char *)file->bytes : repair.bytes,
                                .length = params->dry_run ? file->length : repair.length};
    inspect_policy(&outcome->findings, &text);

    if (is_standard_input(path) && !params->dry_run)
        result = write_out(&repair, why);
    else if (repair.count > 0 && !params->dry_run)
        result = write_back(path, &file->stamp, &repair, why);
    else
        result = 0;
    outcome->changed = result == 0 && repair.count > 0 && !params->dry_run;

done:
    repair_free(&repair);
    return result;
}

static int refuse_options(const struct params *params, const struct outcome *outcome,
                          struct error *why)
{
    if (outcome->kind != INSPECT_POLICY && params->fixes)
        return error_set(why, "%s: --fix is for policy files, and this is another file (%s)",
                         outcome->name, inspect_kind_name(outcome->kind));
    if (outcome->kind != INSPECT_POLICY && params->domain.length > 0)
        return error_set(why, "%s: --domain is for policy files, and this is another file (%s)",
                         outcome->name, inspect_kind_name(outcome->kind));
    if (outcome->kind == INSPECT_POLICY && params->config_path != NULL)
        return error_set(why, "%s: -c is for lists and includes, and this is a policy",
                         outcome->name);
    return 0;
}

static int judge(struct outcome *outcome, const struct params *params, const char *path,
                 const struct file *file, struct error *why)
{
    const char *bytes = (const char *)file->bytes;
    if (refuse_options(params, outcome, why) != 0)
        return -1;
    switch (outcome->kind) {
    case INSPECT_POLICY:
        if (params->fixes && outcome->unquoted == NULL) /* corrections quote, too */
            return fix(outcome, params, path, file, why);
        inspect_policy(
            &outcome->findings,
            &(struct inspect_text){.name = outcome->name,
                                   .domain = params->domain.length > 0 ? params->domain.text : NULL,
                                   .unquoted = outcome->unquoted,
                                   .bytes = bytes,
                                   .length = file->length});
        return 0;
    case INSPECT_INI:
        if (is_standard_input(path))
            return error_set(why, "an ini is read from a file, as what it names is relative to it");
        if (params->config_path == NULL)
            inspect_part(&outcome->findings, path, bytes, file->length);
        return inspect_ini(&outcome->findings, path, params->config_path, why);
    case INSPECT_LIST:
        return inspect_list(&outcome->findings, outcome->name, bytes, file->length,
                            params->config_path, why);
    }
    return -1;
}

/* Root can read what others cannot, and others may read the output. */
static int judge_for_root(struct outcome *outcome, const struct params *params, const char *path,
                          const struct file *file, struct error *why)
{
    struct readas readas = {.is_on = false};
    bool is_own = quotable_is_own(path, file);
    const char *main = params->config_path != NULL ? params->config_path : path;
    bool is_policy = outcome->kind == INSPECT_POLICY;
    bool reads_more = outcome->kind == INSPECT_INI || params->config_path != NULL;
    if (is_policy && !lint_is_pem((const char *)file->bytes, file->length))
        outcome->unquoted = quotable_refusal(path, file);
    if (params->fixes && !params->dry_run && !is_own)
        return error_set(why,
                         "%s: not written, since its owner is not the owner of its directory; run "
                         "this as the owner of the file",
                         outcome->name);
    if (!is_policy && reads_more && readas_begin(&readas, main, why) != 0)
        return -1;
    bool is_read_as_root = !readas.is_on || outcome->kind == INSPECT_LIST;
    snprintf(outcome->reader, sizeof(outcome->reader), "%s", readas.is_on ? readas.user : "root");
    int result;
    if (!is_policy && is_read_as_root && !is_own)
        result = error_set(why,
                           "%s: not checked, since its owner is not the owner of its directory; "
                           "run this as the owner of the file",
                           outcome->name);
    else
        result = judge(outcome, params, path, file, why);
    readas_end(&readas);
    return result;
}

static int lint(struct outcome *outcome, const struct params *params, const char *path)
{
    struct file file = {0};
    struct error why;
    int result = is_standard_input(path) ? file_read_stdin(&file, FILE_MAX_BYTES, &why)
                                         : file_read(&file, path, FILE_MAX_BYTES, &why);
    outcome->name = is_standard_input(path) ? "standard input" : path;
    if (result == 0) {
        outcome->kind = params->has_kind ? params->kind
                        : is_standard_input(path)
                            ? INSPECT_POLICY
                            : inspect_guess(path, (const char *)file.bytes, file.length);
        result = geteuid() == 0 && !is_standard_input(path)
                     ? judge_for_root(outcome, params, path, &file, &why)
                     : judge(outcome, params, path, &file, &why);
    }
    if (result == 0 && outcome->findings.out_of_memory)
        result = error_set(&why, "%s: out of memory", outcome->name);
    if (result != 0)
        (void)setup_fail("%s", why.text);
    file_free(&file);
    return result;
}

/* Of all files. */
struct sums {
    size_t errors, warnings, notes, changes;
    struct writer writer; /* in the list of files; {0} without --json */
    char reader[65];      /* of the last file, where root runs this; else empty */
};

static int write_outcome(const struct outcome *outcome, const struct params *params,
                         struct sums *sums)
{
    const struct findings *all = &outcome->findings;
    sums->errors += all->errors;
    sums->warnings += all->warnings;
    sums->notes += all->notes;
    sums->changes += all->count - all->errors - all->warnings - all->notes;
    memcpy(sums->reader, outcome->reader, sizeof(sums->reader));
    if (params->json) {
        writer_start(&sums->writer, NULL);
        writer_shown(&sums->writer, "file", outcome->name);
        writer_text(&sums->writer, "type", inspect_kind_name(outcome->kind));
        writer_text(&sums->writer, "read_as", outcome->reader[0] != '\0' ? outcome->reader : NULL);
        writer_boolean(&sums->writer, "changed", outcome->changed);
        findings_put(all, &sums->writer);
        writer_end(&sums->writer);
        return 0;
    }
    if (params->fixes && is_standard_input(params->files[0])) /* stdout holds the policy then */
        return findings_write_lines(all, stderr);
    return findings_write(all);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static int write_sums(const struct params *params, struct sums *sums)
{
    if (params->json) {
        writer_end(&sums->writer);
        findings_put_counts(sums->errors, sums->warnings, sums->notes, &sums->writer);
        return writer_finish(&sums->writer);
    }
    FILE *out = is_standard_input(params->files[0]) && params->fixes ? stderr : stdout;
    fprintf(out, "%zu error%s, %zu warning%s, %zu note%s", sums->errors, plural(sums->errors),
            sums->warnings, plural(sums->warnings), sums->notes, plural(sums->notes));
    if (params->fixes)
        fprintf(out, "; %zu thing%s %s", sums->changes, plural(sums->changes),
                params->dry_run ? "can be put right" : "put right");
    if (sums->reader[0] != '\0')
        fprintf(out, "; read as %s%s", strcmp(sums->reader, "root") != 0 ? "user " : "",
                sums->reader);
    fputc('\n', out);
    return fflush(out);
}

static int lint_all(const struct params *params)
{
    struct sums sums = {0};
    int status = SETUP_FINE;
    if (params->json) {
        writer_open(&sums.writer, &writer_json, stdout);
        writer_list(&sums.writer, "files");
    }
    for (size_t i = 0; i < params->file_count; i++) {
        struct outcome outcome = {.name = params->files[i]};
        if (lint(&outcome, params, params->files[i]) != 0)
            status = SETUP_FAILED;
        else if (write_outcome(&outcome, params, &sums) != 0)
            status = setup_fail("the findings cannot be written");
        findings_free(&outcome.findings);
    }
    if (write_sums(params, &sums) != 0)
        status = setup_fail("the findings cannot be written");
    writer_close(&sums.writer);
    if (status == SETUP_FINE && sums.errors + sums.warnings > 0)
        return SETUP_FOUND;
    return status;
}

static int check_order(const struct params *params)
{
    bool from_standard_input = false;
    for (size_t i = 0; i < params->file_count; i++)
        from_standard_input = from_standard_input || is_standard_input(params->files[i]);
    if (params->file_count == 0)
        return setup_fail("lint: give a file; try 'mta-stsctl lint --help'");
    if (params->dry_run && !params->fixes)
        return setup_fail("lint: --dry-run needs --fix");
    if (from_standard_input && params->file_count > 1)
        return setup_fail("lint: - (standard input) must be the only file");
    if (from_standard_input && params->fixes && !params->dry_run && params->json)
        return setup_fail("lint: --fix - writes the policy where --json would write; give a file, "
                          "or --dry-run");
    return SETUP_FINE;
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    struct error why;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return SETUP_FINE;
    case OPTION_TYPE:
        params->has_kind = true;
        if (inspect_kind_parse(&params->kind, argument) != 0)
            return setup_fail("lint: unknown type \"%s\"; write policy, ini or list", argument);
        return SETUP_FINE;
    case OPTION_DOMAIN:
        if (hostname_parse(&params->domain, argument, strlen(argument), &why) != 0)
            return setup_fail("lint: --domain: %s", why.text);
        return SETUP_FINE;
    case OPTION_FIX:
        params->fixes = true;
        return SETUP_FINE;
    case OPTION_DRY_RUN:
        params->dry_run = true;
        return SETUP_FINE;
    default:
        assert(option == OPTION_JSON);
        params->json = true;
        return SETUP_FINE;
    }
}

static const struct options options = {help, "c:h", option_words, take};

int lintfile_run(int argc, char **argv)
{
    struct params params = {0};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    params.files = argv + optind;
    params.file_count = (size_t)(argc - optind);
    status = check_order(&params);
    return status != SETUP_FINE ? status : lint_all(&params);
}
