/* SPDX-License-Identifier: ISC */
/* judge: makes a section's policy from its keys or its policy file, and reports each of lint's
 * findings once, at the line that caused it. */
#include "common/config/judge.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/config/pattern.h"
#include "common/config/quotable.h"
#include "common/config/unread.h"
#include "common/policy/lint.h"

#define FINDINGS_SAID 10 /* of one policy file: what a customer's file can add to the log */
#define FILES_KEPT    64 /* policy files; 100,000 domains may have one each */

/* Context of lint's callbacks. */
struct lint_sink {
    struct judge *judge;
    const struct inherit *inherit;
    const char *file; /* of the policy; NULL: made of values */
    bool found;       /* anything at all */
    bool broken;
    const char *unquoted; /* why nothing of the file is quoted; NULL: it is */
    size_t count;         /* findings in the file, of which FINDINGS_SAID are said */
    unsigned last_line;   /* of these */
    bool hides_error;     /* among the others */
};

/* The section and line to blame. */
struct cause {
    struct draft_section *section;
    unsigned line;
    bool is_missing; /* no key sets it: the section as a whole is to blame */
};

static struct cause find_cause(const struct inherit *inherit, const struct lint_finding *finding)
{
    bool about_age = finding->rule->about == LINT_ABOUT_MAX_AGE;
    bool about_mode = finding->rule->about == LINT_ABOUT_MODE;
    struct draft_section *mx = inherit->mx;

    if (finding->mx_index != LINT_NO_MX && mx != NULL)
        return (struct cause){mx, mx->block->mx_lines[finding->mx_index], false};
    if (about_age && inherit->max_age != NULL)
        return (struct cause){inherit->max_age, inherit->max_age->block->max_age_line, false};
    if ((about_age || about_mode) && inherit->mode != NULL)
        return (struct cause){inherit->mode, inherit->mode->block->mode_line, false};
    if (!about_age && !about_mode && mx != NULL)
        return (struct cause){mx, mx->block->mx_lines[0], false};
    return (struct cause){inherit->own, inherit->own->line, true};
}

/* A policy that was always served is served on, with a warning; see lint_rule. */
static struct finding as_daemon_says(const struct lint_finding *finding)
{
    struct finding found = finding->found;
    if (finding->rule->is_served)
        found.severity = SEVERITY_WARNING;
    return found;
}

/* Whether this was not said yet of what others inherit too. */
static bool is_news(struct judge *judge, const char *file, unsigned line, const char *text)
{
    char place[PATH_MAX + 2048];
    bool is_new = true;
    int length = snprintf(place, sizeof(place), "%s:%u:%s", file, line, text);
    if (length < 0 || (size_t)length >= sizeof(place))
        return true;
    struct draft *draft = judge->draft;
    if (intern_bytes(&judge->findings, &draft->scratch, place, (size_t)length, &is_new) == NULL)
        draft->out_of_memory = true;
    return is_new;
}

/* lint reports a policy that is made of values. */
static void take_value_finding(void *context, const struct lint_finding *finding)
{
    struct lint_sink *sink = context;
    const struct inherit *inherit = sink->inherit;
    struct draft *draft = sink->judge->draft;
    struct cause cause = find_cause(inherit, finding);
    bool refuses = lint_rule_refuses(finding->rule);

    sink->found = true;
    sink->broken = sink->broken || refuses;
    /* What is missing stands perhaps on a line that is refused already. */
    if (cause.is_missing && (inherit->own->broken || inherit->outer_broken))
        return;
    if (cause.section->kind != DRAFT_DOMAIN &&
        !is_news(sink->judge, cause.section->file, cause.line, finding->found.problem))
        return;
    struct finding found = as_daemon_says(finding);
    draft_add(draft, cause.section, cause.line, &found);
}

/* lint reports a policy file: its own lines are at fault. */
static void take_file_finding(void *context, const struct lint_finding *finding)
{
    struct lint_sink *sink = context;
    struct draft *draft = sink->judge->draft;
    bool refuses = lint_rule_refuses(finding->rule);

    sink->broken = sink->broken || refuses;
    if (sink->count++ >= FINDINGS_SAID) {
        sink->hides_error = sink->hides_error || refuses;
        return;
    }
    struct finding found = as_daemon_says(finding);
    struct lint_unquoted texts;
    if (sink->unquoted != NULL)
        lint_unquote(&found, finding->rule, &texts);
    if (found.line > sink->last_line)
        sink->last_line = found.line;
    if (is_news(sink->judge, sink->file, found.line, found.problem))
        findings_copy(draft->said, &found, sink->file, 0);
}

/* Before the first. */
static void tell_unquoted(struct lint_sink *sink)
{
    if (sink->count > 0 && sink->unquoted != NULL &&
        is_news(sink->judge, sink->file, 0, sink->unquoted))
        findings_say(sink->judge->draft->said, SEVERITY_NOTE, sink->file, 0, "%s", sink->unquoted);
}

/* Behind the last that is said. */
static void tell_left_out(struct lint_sink *sink)
{
    char text[PATH_MAX + 128];
    if (sink->count <= FINDINGS_SAID)
        return;
    snprintf(text, sizeof(text), "and %zu more; `mta-stsctl lint %s` lists all",
             sink->count - FINDINGS_SAID, sink->file);
    if (is_news(sink->judge, sink->file, sink->last_line, text))
        findings_say(sink->judge->draft->said,
                     sink->hides_error ? SEVERITY_ERROR : SEVERITY_WARNING, sink->file,
                     sink->last_line, "%s", text);
}

/* Suggests --fix, so that a copied file need not be edited by hand. */
static void name_the_way_on(struct lint_sink *sink)
{
    static const char advice[] =
        "to fix what has one obvious correction, run `mta-stsctl lint --fix";
    if (is_news(sink->judge, sink->file, 0, advice))
        findings_say(sink->judge->draft->said, SEVERITY_NOTE, sink->file, 0, "%s %s`", advice,
                     sink->file);
}

/* The bytes to be filled in, in the image. */
static char *make_image(struct judge *judge, size_t length)
{
    size_t size = offsetof(struct config_policy, bytes) + length;
    if (size > judge->image_size) {
        struct config_policy *larger = realloc(judge->image, size * 2);
        if (larger == NULL) {
            judge->draft->out_of_memory = true;
            return NULL;
        }
        judge->image = larger;
        judge->image_size = size * 2;
    }
    judge->image->length = length;
    judge->image->lowered = false;
    return judge->image->bytes;
}

/* The one policy that is equal to the image. */
static const struct config_policy *keep_image(struct judge *judge)
{
    size_t size = offsetof(struct config_policy, bytes) + judge->image->length;
    const struct config_policy *policy =
        intern_bytes(&judge->policies, &judge->draft->config->arena, judge->image, size, NULL);
    judge->draft->out_of_memory = judge->draft->out_of_memory || policy == NULL;
    return policy;
}

/* Domains that differ in name alone come in long runs. */
static bool is_like_last(const struct judge *judge, const struct policy *policy)
{
    return judge->last_policy != NULL && policy->mx == judge->last.mx &&
           policy->mode == judge->last.mode && policy->max_age == judge->last.max_age;
}

static bool has_capitals(const struct policy *policy)
{
    for (size_t i = 0; i < policy->mx_count; i++)
        if (strpbrk(policy->mx[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL)
            return true;
    return false;
}

static const struct config_policy *judge_values(struct judge *judge, const struct inherit *inherit)
{
    struct lint_sink sink = {.judge = judge, .inherit = inherit};
    struct policy policy = inherit_policy(inherit);
    if (is_like_last(judge, &policy))
        return judge->last_policy;
    lint_policy(&policy, take_value_finding, &sink);
    if (sink.broken) {
        inherit->own->broken = true;
        return NULL;
    }
    char *bytes = make_image(judge, policy_rendered_length(&policy));
    if (bytes == NULL)
        return NULL;
    policy_render(&policy, bytes);
    judge->image->lowered = has_capitals(&policy);
    const struct config_policy *kept = keep_image(judge);
    judge->last = policy;
    judge->last_policy = sink.found ? NULL : kept;
    return kept;
}

/* The pattern is the same file for all: what is wrong with it is wrong where it is named. */
static struct draft_section *section_to_blame(const struct inherit *inherit)
{
    const char *pattern = inherit->policy_file->block->policy_file;
    return pattern_varies(pattern) ? inherit->own : inherit->policy_file;
}

/* A policy file that cannot be read. */
static void refuse_file(struct lint_sink *sink, struct draft_section *blame,
                        const struct error *why)
{
    struct judge *judge = sink->judge;
    struct file_stamp stamp = file_stamp_of(sink->file);
    unsigned line =
        blame == sink->inherit->policy_file ? blame->block->policy_file_line : blame->line;
    char missing[HOSTNAME_MAX + 64] = "; put the policy there, or correct the path";

    sink->broken = true;
    if (why->cause == EFBIG) {
        lint_policy_size(stamp.size > POLICY_MAX_BYTES ? (size_t)stamp.size : POLICY_MAX_BYTES + 1,
                         take_file_finding, sink);
        return;
    }
    if (blame->kind == DRAFT_DOMAIN)
        snprintf(missing, sizeof(missing), "; put the policy of %s there, or correct the path",
                 blame->name);
    if (is_news(judge, blame->file, line, why->text))
        draft_break(judge->draft, blame, line, "policy_file: %s%s", why->text,
                    unread_advice(judge->draft, sink->file, why->cause, missing));
}

static const struct config_policy *judge_bytes(struct judge *judge, const struct inherit *inherit,
                                               const char *path)
{
    struct draft *draft = judge->draft;
    struct draft_section *blame = section_to_blame(inherit);
    struct lint_sink sink = {.judge = judge, .inherit = inherit, .file = path};
    const struct config_policy *policy = NULL;
    struct file file;
    struct error why;

    if (judge->file_count++ < FILES_KEPT)
        draft_keep_file(draft, path);
    if (file_read(&file, path, POLICY_MAX_BYTES, &why) != 0) {
        findings_note_cause(draft->said, why.cause);
        refuse_file(&sink, blame, &why);
    } else {
        if (!lint_is_pem((const char *)file.bytes, file.length)) /* of which no rule quotes */
            sink.unquoted = quotable_refusal(path, &file);
        lint_policy_text((const char *)file.bytes, file.length, take_file_finding, &sink);
        tell_unquoted(&sink);
        tell_left_out(&sink);
        if (sink.broken && !lint_is_pem((const char *)file.bytes, file.length))
            name_the_way_on(&sink);
    }
    if (sink.broken) {
        inherit->own->broken = true;
        blame->broken = true;
        draft->refused = draft->refused || blame->kind != DRAFT_DOMAIN;
        goto done;
    }
    char *bytes = make_image(judge, file.length);
    if (bytes == NULL)
        goto done;
    memcpy(bytes, file.bytes, file.length);
    policy = keep_image(judge);

done:
    file_free(&file);
    return policy;
}

static const struct config_policy *judge_file(struct judge *judge, const struct inherit *inherit,
                                              const char *domain)
{
    const char *pattern = inherit->policy_file->block->policy_file;
    bool varies = pattern_varies(pattern);
    char path[PATH_MAX];

    if (varies && domain == NULL)
        return NULL;
    if (!varies && pattern == judge->file_pattern) {
        inherit->own->broken = inherit->own->broken || judge->file_policy == NULL;
        return judge->file_policy;
    }
    if (pattern_expand(path, sizeof(path), pattern, domain != NULL ? domain : "") != 0)
        return NULL; /* cannot be: the pattern was checked for the longest name */
    const struct config_policy *policy = judge_bytes(judge, inherit, path);
    /* A domain whose own file cannot be read is to hear of it, so that is tried again. */
    if (!varies && (policy != NULL || inherit->policy_file->kind != DRAFT_DOMAIN)) {
        judge->file_pattern = pattern;
        judge->file_policy = policy;
    }
    return policy;
}

const struct config_policy *judge_policy(struct judge *judge, const struct inherit *inherit,
                                         const char *domain)
{
    if (inherit->policy_file != NULL)
        return judge_file(judge, inherit, domain);
    return judge_values(judge, inherit);
}

void judge_free(struct judge *judge)
{
    intern_free(&judge->policies);
    intern_free(&judge->findings);
    free(judge->image);
    *judge = (struct judge){0};
}
