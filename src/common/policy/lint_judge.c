/* SPDX-License-Identifier: ISC */
/* lint_judge: formats and reports one violation of one rule. Private to lint. */
#include "common/policy/lint_judge.h"

#include <string.h>

#include "common/base/printable.h"
#include "common/base/span.h"

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

void lint_judge_break(struct lint_judge *judge, enum lint_rule_number number, struct span thing,
                      const char *form)
{
    const struct lint_rule *rule = &lint_rules[number];
    struct sentence problem = {.length = 0};
    struct sentence advice = {.length = 0};

    add_filled(&problem, rule->problem, thing);
    add_filled(&advice, rule->instead, span_of(form != NULL ? form : ""));
    struct lint_finding finding = {
        .rule = rule,
        .found = {.severity = rule->severity,
                  .rule = rule->id,
                  .line = judge->line,
                  .problem = problem.text,
                  .sender = rule->sender,
                  .advice = advice.text},
        .mx_index = judge->mx_index,
    };
    judge->refused = judge->refused || rule->severity == SEVERITY_ERROR;
    if (judge->report != NULL)
        judge->report(judge->context, &finding);
}
