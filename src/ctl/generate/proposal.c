/* SPDX-License-Identifier: ISC */
/* proposal: a proposed policy for a domain, with notes about it. */
#include "ctl/generate/proposal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/name/hostname.h"
#include "common/policy/lint.h"

#define NOTE_MAX 800 /* a comment line of a configuration has 1024 bytes at most */

static int append(char ***list, size_t *count, char *text)
{
    char **longer = text != NULL ? array_grow(*list, *count, sizeof(*longer)) : NULL;
    if (longer == NULL) {
        free(text);
        return -1;
    }
    *list = longer;
    longer[(*count)++] = text;
    return 0;
}

int proposal_add_mx(struct proposal *proposal, const char *pattern, struct error *why)
{
    char name[HOSTNAME_MAX + 3];
    size_t length = strlen(pattern);
    if (hostname_check_mx_pattern(pattern, length, why) != 0)
        return -1;
    for (size_t i = 0; i <= length; i++)
        name[i] =
            pattern[i] >= 'A' && pattern[i] <= 'Z' ? (char)(pattern[i] + ('a' - 'A')) : pattern[i];
    for (size_t i = 0; i < proposal->mx_count; i++) {
        if (strcmp(proposal->mx[i], name) == 0)
            return 0;
    }
    if (append(&proposal->mx, &proposal->mx_count, strdup(name)) != 0)
        return error_set(why, "out of memory");
    return 0;
}

static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~')
            *text = '?';
    }
}

void proposal_note(struct proposal *proposal, const char *format, ...)
{
    char text[NOTE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    make_printable(text);
    append(&proposal->notes, &proposal->note_count, strdup(text));
}

int proposal_fail(struct proposal *proposal, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(proposal->why.text, sizeof(proposal->why.text), format, arguments);
    va_end(arguments);
    make_printable(proposal->why.text);
    proposal->failed = true;
    return -1;
}

/* The values, borrowed. */
static struct policy policy_of(const struct proposal *proposal)
{
    return (struct policy){
        .mode = proposal->mode,
        .max_age = proposal->max_age,
        .mx_count = proposal->mx_count,
        .mx = (const char *const *)proposal->mx,
    };
}

char *proposal_render(const struct proposal *proposal, size_t *length)
{
    const struct policy policy = policy_of(proposal);
    *length = policy_rendered_length(&policy);
    char *bytes = malloc(*length + 1);
    if (bytes == NULL)
        return NULL;
    policy_render(&policy, bytes);
    bytes[*length] = '\0';
    return bytes;
}

static void take_finding(void *context, const struct lint_finding *finding)
{
    struct proposal *proposal = context;
    char sentence[FINDING_MAX];
    finding_print(sentence, sizeof(sentence), &finding->found);
    if (finding->rule->severity == SEVERITY_WARNING)
        proposal_note(proposal, "%s", sentence);
    else if (!proposal->failed)
        proposal_fail(proposal, "%s", sentence);
}

void proposal_judge(struct proposal *proposal)
{
    const struct policy policy = policy_of(proposal);
    if (!proposal->failed)
        lint_policy(&policy, take_finding, proposal);
}

void proposal_free(struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->mx_count; i++)
        free(proposal->mx[i]);
    for (size_t i = 0; i < proposal->note_count; i++)
        free(proposal->notes[i]);
    free(proposal->mx);
    free(proposal->notes);
    *proposal = (struct proposal){0};
}
