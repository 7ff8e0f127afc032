/* SPDX-License-Identifier: ISC */
/* domainlist: a list of domains, one a line: the domain, perhaps its policy, perhaps key=value
 * words. */
#include "common/config/domainlist.h"

#include <string.h>

#include "common/base/span.h"
#include "common/config/block.h"
#include "common/config/iniline.h"

/* The next word, cut off the front of *rest; empty at the end or at a comment. */
static struct span next_word(struct span *rest)
{
    while (rest->length > 0 && span_is_blank(rest->bytes[0])) {
        rest->bytes++;
        rest->length--;
    }
    struct span word = {.bytes = rest->bytes};
    if (rest->length > 0 && rest->bytes[0] == '#')
        rest->length = 0;
    while (word.length < rest->length && !span_is_blank(word.bytes[word.length]))
        word.length++;
    rest->bytes += word.length;
    rest->length -= word.length;
    return word;
}

static int read_domain(struct draft *draft, struct draft_section *domain, struct span word,
                       struct error *why)
{
    if (word.bytes[0] == ';')
        return error_set(why, "`;` does not start a comment in a list; write `#`");
    if (word.bytes[0] == '[')
        return error_set(why, "a list has no sections; write the domain without brackets");
    return block_name_domain(draft, domain, word.bytes, word.length, why);
}

/* How much of it is quoted. */
static int shown(struct span word)
{
    return word.length < 100 ? (int)word.length : 100;
}

/* One word behind the domain: the policy's name, or key=value. */
static void take_word(struct draft *draft, struct draft_section *domain, struct span word)
{
    char text[INILINE_MAX + 1];
    memcpy(text, word.bytes, word.length);
    text[word.length] = '\0';

    char *equals = strchr(text, '=');
    char *value = equals != NULL ? equals + 1 : text;
    struct span slice = {.bytes = value, .length = strlen(value)};
    if (strchr(text, '#') != NULL)
        draft_break(draft, domain, domain->line,
                    "`#` within a word; write a blank before it to begin a comment");
    else if (iniline_refuse_quotes(slice) != NULL)
        draft_break(draft, domain, domain->line, "%s", iniline_refuse_quotes(slice));
    else if (equals == NULL && domain->policy_line != 0)
        draft_break(draft, domain, domain->line,
                    "\"%.100s\" is a second policy in the line; write one, and everything else as "
                    "key=value without blanks",
                    text);
    else if (equals == NULL)
        block_set(draft, domain, domain->line, "policy", text);
    else if (equals == text || slice.length == 0)
        draft_break(draft, domain, domain->line,
                    "\"%.100s\" has no key or no value; write key=value without blanks", text);
    else {
        *equals = '\0';
        block_set(draft, domain, domain->line, text, value);
    }
}

/* Whether blanks stand beside the `=` that joins a key and its value; says so then, once. */
static bool refuse_blanks(struct draft *draft, struct draft_section *domain, struct span rest)
{
    struct span key = {0};
    for (struct span word = next_word(&rest); word.length > 0; word = next_word(&rest)) {
        const char *equals = memchr(word.bytes, '=', word.length);
        bool leads = equals == word.bytes;
        bool trails = equals == word.bytes + word.length - 1;
        if (!leads && !trails) {
            key = equals == NULL ? word : (struct span){0};
            continue;
        }
        struct span value = {.bytes = word.bytes + 1, .length = word.length - 1};
        if (!leads)
            key = (struct span){.bytes = word.bytes, .length = word.length - 1};
        if (trails)
            value = next_word(&rest);
        if (key.length == 0 || value.length == 0)
            return false;
        draft_break(draft, domain, domain->line,
                    "there are blanks around `=`; write %.*s=%.*s without blanks", shown(key),
                    key.bytes, shown(value), value.bytes);
        return true;
    }
    return false;
}

/* broken: why the line is refused, whatever stands in it; or NULL. */
static void read_line(struct draft *draft, const char *file, unsigned line, struct span rest,
                      const char *broken)
{
    struct error why = {.text = ""};
    struct draft_section domain = {
        .kind = DRAFT_DOMAIN, .listed = true, .line = line, .file = file};
    struct span bytes = rest;
    struct span word = next_word(&rest);
    bool fine = word.length == 0 || read_domain(draft, &domain, word, &why) == 0;

    if (broken == NULL)
        broken = iniline_refuse_bytes(bytes.bytes, bytes.length);
    if (broken != NULL || !fine)
        draft_break(draft, &domain, line, "%s", broken != NULL ? broken : why.text);
    draft->unreadable_count += word.length > 0 && domain.name == NULL;
    if (draft->out_of_memory || domain.name == NULL)
        return;
    if (domain.broken || refuse_blanks(draft, &domain, rest))
        rest.length = 0;
    while ((word = next_word(&rest)).length > 0)
        take_word(draft, &domain, word);
    block_finish(draft, &domain);
    draft_keep(draft, &draft->domains, domain);
}

void domainlist_read(struct draft *draft, const char *file, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    unsigned line = 0;
    size_t mark = iniline_mark_length(bytes, length);
    bytes += mark;
    if (mark > 0 && bytes == end)
        findings_say(draft->said, SEVERITY_ERROR, file, 1, "%s", iniline_mark_sentence);

    while (bytes < end && !draft->out_of_memory) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        struct span text = {.bytes = bytes};
        text.length = (size_t)((newline != NULL ? newline : end) - bytes);
        bytes = newline != NULL ? newline + 1 : end;
        if (newline != NULL && text.length > 0 && text.bytes[text.length - 1] == '\r')
            text.length--;
        line++;
        read_line(draft, file, line, text, line == 1 && mark > 0 ? iniline_mark_sentence : NULL);
    }
}
