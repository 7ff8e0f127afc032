/* SPDX-License-Identifier: ISC */
/* block: the keys of [defaults], [policy NAME], a domain section, or a line of a list. */
#include "common/config/block.h"

#include <errno.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/config/keyword.h"
#include "common/config/pattern.h"

#define POLICY_NAME_MAX 64

/* One key. line points into the section: where the key stood first, when it may not repeat. */
struct row {
    const char *key;
    bool domains_only;
    unsigned *(*line)(struct draft_section *section);
    int (*read)(struct draft *draft, struct draft_section *section, unsigned line,
                const char *value, struct error *why);
};

static unsigned *policy_line(struct draft_section *section)
{
    return &section->policy_line;
}

static unsigned *mode_line(struct draft_section *section)
{
    return &section->block->mode_line;
}

static unsigned *max_age_line(struct draft_section *section)
{
    return &section->block->max_age_line;
}

static unsigned *policy_file_line(struct draft_section *section)
{
    return &section->block->policy_file_line;
}

static unsigned *records_line(struct draft_section *section)
{
    return &section->block->records_line;
}

int block_check_policy_name(const char *name, struct error *why)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_.-";
    size_t length = strlen(name);
    if (length == 0 || length > POLICY_NAME_MAX || strspn(name, allowed) != length)
        return error_set(why,
                         "\"%.*s\" is not a policy name; write 1 to %d letters, digits, hyphens, "
                         "underscores or dots",
                         POLICY_NAME_MAX, name, POLICY_NAME_MAX);
    return 0;
}

int block_name_domain(struct draft *draft, struct draft_section *section, const char *bytes,
                      size_t length, struct error *why)
{
    char right[HOSTNAME_MAX + 1];
    struct hostname domain;
    struct hostname host;
    int result = hostname_parse(&domain, bytes, length, why);

    if (result != 0 && hostname_suggest(right, bytes, length) &&
        hostname_parse(&domain, right, strlen(right), NULL) == 0)
        section->guessed = true;
    if (domain.length > 0 && hostname_policy_host(&host, &domain, result == 0 ? why : NULL) != 0) {
        section->guessed = false;
        return -1;
    }
    if (result != 0 && !section->guessed)
        return -1;
    section->name = arena_copy(&draft->config->arena, domain.text, domain.length);
    draft->out_of_memory = draft->out_of_memory || section->name == NULL;
    return result;
}

static int read_policy(struct draft *draft, struct draft_section *section, unsigned line,
                       const char *value, struct error *why)
{
    (void)line;
    if (block_check_policy_name(value, why) != 0)
        return -1;
    section->policy = draft_scratch_text(draft, value);
    return 0;
}

static int read_mode(struct draft *draft, struct draft_section *section, unsigned line,
                     const char *value, struct error *why)
{
    (void)draft;
    (void)line;
    section->block->mode = POLICY_MODE_TESTING; /* where it fails, nothing more is to be said */
    return policy_mode_parse(&section->block->mode, value, why);
}

static int read_max_age(struct draft *draft, struct draft_section *section, unsigned line,
                        const char *value, struct error *why)
{
    (void)draft;
    (void)line;
    section->block->max_age = POLICY_AGE_ENFORCE; /* likewise */
    return policy_max_age_parse(&section->block->max_age, value, why);
}

/* Most domains have an mx of their own, or one of few that many have. */
static const char *keep_mx(struct draft *draft, const char *value)
{
    size_t length = strlen(value);
    const char **recent = &draft->recent[hash_bytes(HASH_START, value, length) % DRAFT_RECENT];
    if (*recent == NULL || strcmp(*recent, value) != 0)
        *recent = arena_copy(&draft->scratch, value, length);
    draft->out_of_memory = draft->out_of_memory || *recent == NULL;
    return *recent;
}

/* Judged when the policy is whole, by lint's table. */
static int read_mx(struct draft *draft, struct draft_section *section, unsigned line,
                   const char *value, struct error *why)
{
    struct draft_block *block = section->block;
    (void)why;
    const char **mx = draft_grow(draft, &draft->scratch, block->mx, block->mx_count, sizeof(*mx));
    unsigned *lines =
        draft_grow(draft, &draft->scratch, block->mx_lines, block->mx_count, sizeof(*lines));
    if (mx == NULL || lines == NULL)
        return 0;
    block->mx = mx;
    block->mx_lines = lines;
    lines[block->mx_count] = line;
    mx[block->mx_count++] = keep_mx(draft, value);
    return 0;
}

static struct config_place place_of(const struct draft_section *section, unsigned line)
{
    return (struct config_place){.file = section->file, .line = line};
}

static const char *absolute_pattern(struct draft *draft, const char *value,
                                    struct config_place place, struct error *why)
{
    const char *path = pattern_absolute(&draft->scratch, draft->directory, value, true);
    if (path == NULL) {
        draft->out_of_memory = true;
        error_set_errno(why, ENOMEM, "out of memory");
        return NULL;
    }
    if (pattern_check(path, why) != 0)
        return NULL;
    draft_keep_pattern(draft, path, place);
    return path;
}

static int read_policy_file(struct draft *draft, struct draft_section *section, unsigned line,
                            const char *value, struct error *why)
{
    const char *path = absolute_pattern(draft, value, place_of(section, line), why);
    if (path == NULL)
        return -1;
    section->block->policy_file = draft_scratch_text(draft, path);
    return 0;
}

/* The block's pairs, with space for one more. */
static struct config_pairs *grow_pairs(struct draft *draft, const struct draft_block *block)
{
    struct config_pairs *pairs = block->pairs;
    size_t count = pairs != NULL ? pairs->count : 0;
    if ((count & (count - 1)) != 0) /* full at each power of two */
        return pairs;
    size_t room = count == 0 ? 1 : count * 2;
    struct config_pairs *larger =
        draft_alloc(draft, &draft->scratch, sizeof(*larger) + room * sizeof(larger->items[0]));
    if (larger != NULL && count > 0)
        memcpy(larger, pairs, sizeof(*pairs) + count * sizeof(pairs->items[0]));
    return larger;
}

static int read_certificate(struct draft *draft, struct draft_section *section, unsigned line,
                            const char *value, struct error *why)
{
    struct draft_block *block = section->block;
    const char *path = absolute_pattern(draft, value, place_of(section, line), why);
    if (path == NULL)
        return -1;
    if (block->pairs != NULL && block->pairs->count == CONFIG_PAIRS_MAX)
        return error_set(why,
                         "more than %d certificates for one host; write one for each kind of "
                         "key, ECDSA and RSA",
                         CONFIG_PAIRS_MAX);
    struct config_pairs *pairs = grow_pairs(draft, block);
    if (pairs == NULL)
        return 0;
    block->pairs = pairs;
    pairs->items[pairs->count++] = (struct config_pair){
        .certificate = draft_text(draft, path),
        .place = {.file = section->file, .line = line},
    };
    return 0;
}

static int read_private_key(struct draft *draft, struct draft_section *section, unsigned line,
                            const char *value, struct error *why)
{
    struct draft_block *block = section->block;
    if (block->pairs == NULL)
        return error_set(why, "a private_key without a certificate; write its `certificate` line "
                              "before it");
    struct config_pair *pair = &block->pairs->items[block->pairs->count - 1];
    if (pair->private_key != NULL)
        return error_set(why,
                         "the certificate at line %u already has its private_key; write one "
                         "private_key after each certificate",
                         pair->place.line);
    const char *path = absolute_pattern(draft, value, place_of(section, line), why);
    if (path == NULL)
        return -1;
    pair->private_key = draft_text(draft, path);
    return 0;
}

static int read_records(struct draft *draft, struct draft_section *section, unsigned line,
                        const char *value, struct error *why)
{
    (void)draft;
    (void)line;
    section->block->records_off = strcmp(value, "off") == 0;
    if (section->block->records_off || strcmp(value, "on") == 0)
        return 0;
    return error_set(why, "records: \"%.60s\" is neither on nor off; write one of them", value);
}

static const struct row rows[] = {
    {"policy", true, policy_line, read_policy},
    {"mode", false, mode_line, read_mode},
    {"mx", false, NULL, read_mx},
    {"max_age", false, max_age_line, read_max_age},
    {"policy_file", false, policy_file_line, read_policy_file},
    {"certificate", false, NULL, read_certificate},
    {"private_key", false, NULL, read_private_key},
    {"records", false, records_line, read_records},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const struct row *find_row(const struct draft_section *section, const char *key)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].key, key) == 0 &&
            (!rows[i].domains_only || section->kind == DRAFT_DOMAIN))
            return &rows[i];
    }
    return NULL;
}

static void refuse_key(struct draft *draft, struct draft_section *section, unsigned line,
                       const char *key)
{
    struct keyword search = {.word = key};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!rows[i].domains_only || section->kind == DRAFT_DOMAIN)
            keyword_consider(&search, rows[i].key);
    }
    if (search.best != NULL)
        draft_break(draft, section, line, "unknown key \"%.60s\"; did you mean %s?", key,
                    search.best);
    else if (section->kind == DRAFT_DOMAIN)
        draft_break(draft, section, line,
                    "unknown key \"%.60s\" in a domain; write policy, mode, mx, max_age, "
                    "policy_file, certificate, private_key or records",
                    key);
    else if (strcmp(key, "policy") == 0)
        draft_break(draft, section, line,
                    "policies do not nest; write `policy` in the domains' sections");
    else
        draft_break(draft, section, line,
                    "unknown key \"%.60s\" in [defaults] or [policy]; write mode, mx, max_age, "
                    "policy_file, certificate, private_key or records",
                    key);
}

void block_set(struct draft *draft, struct draft_section *section, unsigned line, const char *key,
               const char *value)
{
    struct error why;
    const struct row *row = find_row(section, key);
    if (row == NULL) {
        refuse_key(draft, section, line, key);
        return;
    }
    if (section->block == NULL && !row->domains_only)
        section->block = draft_alloc(draft, &draft->scratch, sizeof(*section->block));
    if (section->block == NULL && !row->domains_only)
        return;

    unsigned *first = row->line != NULL ? row->line(section) : NULL;
    if (first != NULL && *first == line && section->listed)
        draft_break(draft, section, line, "%s is set twice in this line; write it once", key);
    else if (first != NULL && *first != 0)
        draft_break(draft, section, line, "%s is already set at line %u; write it once", key,
                    *first);
    else if (row->read(draft, section, line, value, &why) != 0)
        draft_break(draft, section, line, "%s", why.text);
    if (first != NULL && *first == 0)
        *first = line;
}

static void judge_exclusion(struct draft *draft, struct draft_section *section)
{
    struct draft_block *block = section->block;
    const char *key = block->mode_line != 0      ? "mode"
                      : block->mx_count != 0     ? "mx"
                      : block->max_age_line != 0 ? "max_age"
                                                 : NULL;
    unsigned line = block->mode_line != 0  ? block->mode_line
                    : block->mx_count != 0 ? block->mx_lines[0]
                                           : block->max_age_line;
    if (block->policy_file_line == 0 || key == NULL)
        return;
    draft_break(draft, section, block->policy_file_line,
                "policy_file is the whole policy, but %s is also set at line %u; write either "
                "policy_file, or mode, mx and max_age",
                key, line);
    block->policy_file = NULL; /* so that nothing is said of the file as well */
}

void block_finish(struct draft *draft, struct draft_section *section)
{
    struct draft_block *block = section->block;
    if (block == NULL || draft->out_of_memory)
        return;
    judge_exclusion(draft, section);
    if (block->pairs == NULL)
        return;

    size_t size = sizeof(*block->pairs) + block->pairs->count * sizeof(block->pairs->items[0]);
    struct config_pairs *pairs = draft_alloc(draft, &draft->config->arena, size);
    if (pairs != NULL)
        memcpy(pairs, block->pairs, size);
    block->pairs = pairs;
}
