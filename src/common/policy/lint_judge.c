/* SPDX-License-Identifier: ISC */
/* lint_judge: formats and reports one violation of one rule. Private to lint. */
#include "common/policy/lint_judge.h"

#include <stdio.h>
#include <string.h>

#include "common/base/printable.h"
#include "common/base/span.h"
#include "common/senders/senders.h"

#define THING_MAX 256 /* bytes shown of the thing found: a name in full */

struct sentence {
    char text[LINT_TEXT_MAX];
    size_t length;
};

/* What does not fit is left out: with THING_MAX everything fits. */
static void add_bytes(struct sentence *sentence, const char *bytes, size_t length)
{
    size_t room = sizeof(sentence->text) - 1 - sentence->length;
    if (length > room)
        length = room;
    memcpy(sentence->text + sentence->length, bytes, length);
    sentence->length += length;
    sentence->text[sentence->length] = '\0';
}

static void add(struct sentence *sentence, const char *text)
{
    add_bytes(sentence, text, strlen(text));
}

static void add_printable(struct sentence *sentence, struct span thing)
{
    size_t end = sentence->length + THING_MAX;
    size_t at = 0;
    while (at < thing.length) {
        bool fit;
        size_t used = printable_next(thing.bytes + at, thing.length - at, &fit);
        if (sentence->length + used > end)
            break;
        if (fit)
            add_bytes(sentence, thing.bytes + at, used);
        else
            add(sentence, "?");
        at += used;
        if (sentence->length >= end)
            break;
    }
    if (at < thing.length)
        add(sentence, "...");
}

/* The table's text with its %s replaced. */
static void add_filled(struct sentence *sentence, const char *text, struct span thing)
{
    const char *place = strstr(text, "%s");
    if (place == NULL) {
        add(sentence, text);
        return;
    }
    add_bytes(sentence, text, (size_t)(place - text));
    add_printable(sentence, thing);
    add(sentence, place + 2);
}

void lint_unquote(struct finding *found, const struct lint_rule *rule, struct lint_unquoted *texts)
{
    static const struct span dots = {"...", 3};
    struct sentence problem = {.length = 0};
    struct sentence advice = {.length = 0};
    add_filled(&problem, rule->problem, dots);
    add_filled(&advice, rule->instead, dots);
    memcpy(texts->problem, problem.text, problem.length + 1);
    memcpy(texts->advice, advice.text, advice.length + 1);
    found->problem = texts->problem;
    found->advice = texts->advice;
}

bool lint_rule_refuses(const struct lint_rule *rule)
{
    return rule->severity == SEVERITY_ERROR && !rule->is_served;
}

bool lint_rule_is_served(const char *id)
{
    for (const struct lint_rule *rule = lint_rules; rule->id != NULL; rule++)
        if (rule->is_served && id != NULL && strcmp(rule->id, id) == 0)
            return true;
    return false;
}

uint32_t lint_rule_senders(const struct lint_rule *rule, enum lint_outcome outcome)
{
    uint32_t senders = 0;
    for (size_t i = 0; i < LINT_EFFECTS_MAX; i++)
        if (rule->effects[i].outcome == outcome)
            senders |= rule->effects[i].senders;
    return senders;
}

static const char *how_of(const struct lint_effect *effect)
{
    if (effect->how != NULL)
        return effect->how;
    switch (effect->outcome) {
    case LINT_HOST_LOST:
        return "this host never matches";
    case LINT_MODE_NONE:
        return "the mode is none";
    case LINT_OVER:
        return "the policy is over at once";
    case LINT_WANTS_CHARSET:
        return "there is no policy unless the server says charset=utf-8";
    case LINT_REFUSES:
    case LINT_READS:
        break;
    }
    return NULL;
}

const char *lint_rule_whom(char out[LINT_WHOM_MAX], const struct lint_rule *rule)
{
    size_t used = 0;
    uint32_t named = 0;
    out[0] = '\0';
    for (size_t i = 0; i < LINT_EFFECTS_MAX && used < LINT_WHOM_MAX; i++) {
        const struct lint_effect *effect = &rule->effects[i];
        const char *how = how_of(effect);
        char names[SENDERS_TEXT_MAX] = "all others";
        if (effect->senders == 0 && effect->how == NULL)
            break;
        if (i == 0 || (SENDERS_EVERY & ~named) != effect->senders)
            senders_names(names, effect->senders);
        named |= effect->senders;
        if (effect->senders == 0)
            used += (size_t)snprintf(out + used, LINT_WHOM_MAX - used, "%s", how);
        else if (i == 0)
            used += (size_t)snprintf(out, LINT_WHOM_MAX, "%s%s%s", names,
                                     how != NULL ? ", for which " : "", how != NULL ? how : "");
        else
            used += (size_t)snprintf(out + used, LINT_WHOM_MAX - used, "; for %s %s", names,
                                     how != NULL ? how : "there is no policy");
    }
    return out;
}

void lint_judge_break(struct lint_judge *judge, enum lint_rule_number number, struct span thing,
                      const char *form)
{
    const struct lint_rule *rule = &lint_rules[number];
    struct sentence problem = {.length = 0};
    struct sentence advice = {.length = 0};
    char whom[LINT_WHOM_MAX];

    add_filled(&problem, rule->problem, thing);
    add_filled(&advice, rule->instead, span_of(form != NULL ? form : ""));
    struct lint_finding finding = {
        .rule = rule,
        .found = {.severity = rule->severity,
                  .rule = rule->id,
                  .line = judge->line,
                  .problem = problem.text,
                  .sender = lint_rule_whom(whom, rule),
                  .advice = advice.text},
        .mx_index = judge->mx_index,
    };
    judge->refused = judge->refused || rule->severity == SEVERITY_ERROR;
    if (judge->report != NULL)
        judge->report(judge->context, &finding);
}
