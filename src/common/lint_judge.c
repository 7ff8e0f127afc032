/* SPDX-License-Identifier: ISC */
/* lint_judge: words one break of one rule and reports it. Only lint's own rooms include this. */
#include "lint_judge.h"

#include <string.h>

#include "printable.h"

#define CLOSING   "); "
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

static void add_printable(struct sentence *sentence, struct lint_span thing)
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
static void add_filled(struct sentence *sentence, const char *text, struct lint_span thing)
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

static const char *opening_of(const struct lint_rule *rule)
{
    return rule->severity == LINT_REFUSE ? " (breaks " : " (troubles ";
}

static void word(struct sentence *sentence, const struct lint_rule *rule, struct lint_span thing,
                 struct lint_span right)
{
    add_filled(sentence, rule->problem, thing);
    add(sentence, opening_of(rule));
    add(sentence, rule->sender);
    add(sentence, CLOSING);
    add_filled(sentence, rule->instead, right);
}

void lint_unquoted(const struct lint_rule *rule, char out[LINT_TEXT_MAX])
{
    static const struct lint_span dots = {"...", 3};
    struct sentence sentence = {.length = 0};
    word(&sentence, rule, dots, dots);
    memcpy(out, sentence.text, sentence.length + 1);
}

void lint_judge_break(struct lint_judge *judge, enum lint_rule_number number,
                      struct lint_span thing, const char *form)
{
    const struct lint_rule *rule = &lint_rules[number];
    struct lint_span right = {form != NULL ? form : "", form != NULL ? strlen(form) : 0};
    struct sentence sentence = {.length = 0};

    word(&sentence, rule, thing, right);

    struct lint_finding finding = {
        .rule = rule,
        .line = judge->line,
        .mx_index = judge->mx_index,
        .text = sentence.text,
    };
    judge->refused = judge->refused || rule->severity == LINT_REFUSE;
    if (judge->report != NULL)
        judge->report(judge->context, &finding);
}

/* What is quoted stands in the problem, and may look like anything; so the last place counts. */
struct lint_parts lint_parts_of(const struct lint_rule *rule, const char *text)
{
    const char *opening = opening_of(rule);
    size_t length = strlen(rule->sender);
    struct lint_parts parts = {strlen(text), ""};
    for (const char *at = strstr(text, opening); at != NULL; at = strstr(at + 1, opening)) {
        const char *sender = at + strlen(opening);
        if (strncmp(sender, rule->sender, length) != 0 ||
            strncmp(sender + length, CLOSING, strlen(CLOSING)) != 0)
            continue;
        parts.problem_length = (size_t)(at - text);
        parts.advice = sender + length + strlen(CLOSING);
    }
    return parts;
}
