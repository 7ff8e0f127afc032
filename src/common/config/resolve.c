/* SPDX-License-Identifier: ISC */
/* resolve: turns each domain of a draft into what it will serve: inherits, checks, renders, and
 * shares equal policies. */
#include "common/config/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/judge.h"
#include "common/config/keyword.h"

/* What the domains of one template have in common, or those of none. */
struct shared {
    const struct config_policy *policy; /* of those that set nothing of it themselves; NULL: not
                                           made yet, or refused */
    size_t bare_count;                  /* of those without a certificate */
    const struct draft_section *bare;   /* the first of them */
};

struct resolver {
    struct draft *draft;
    struct judge judge;
    struct shared *shared;             /* one a template, and at last one for none */
    size_t certbot_count;              /* of domains' own pairs in certbot's folders */
    const struct config_pair *certbot; /* the first of them */
};

static int compare_sections(const void *a, const void *b)
{
    const struct draft_section *one = a;
    const struct draft_section *other = b;
    int order = strcmp(one->name, other->name);
    if (order != 0)
        return order;
    if (one->guessed != other->guessed)
        return one->guessed ? 1 : -1;
    if (one->listed != other->listed)
        return one->listed ? 1 : -1;
    return one->order < other->order ? -1 : one->order > other->order;
}

static void sort(struct draft_sections *sections)
{
    for (size_t i = 1; i < sections->count; i++) {
        if (compare_sections(&sections->items[i - 1], &sections->items[i]) > 0) {
            qsort(sections->items, sections->count, sizeof(sections->items[0]), compare_sections);
            return;
        }
    }
}

/* Of several with one name the first in order stays: a section before a line of a list, and what
 * was read earlier before what was read later. */
static void drop_repeated(struct draft *draft, const struct draft_section *first,
                          const struct draft_section *second, bool first_serves)
{
    if (second->guessed) { /* its own error is said */
        draft->config->broken_count++;
        return;
    }
    /* Two lines of a list are said to be two, even where a section overrides both. */
    if (second->listed && second[-1].listed && !first->listed) {
        first = &second[-1];
        first_serves = false;
    }
    if (second->listed && !first->listed)
        findings_say(draft->said, SEVERITY_NOTE, second->file, second->line,
                     "%s has a section at %s:%u, which overrides this line of the list",
                     first->name, first->file, first->line);
    else
        findings_say(draft->said, SEVERITY_ERROR, second->file, second->line,
                     "%s is already configured at %s:%u; write each domain once%s", first->name,
                     first->file, first->line, first_serves ? " (the first serves)" : "");
}

static bool is_certbots(const char *path)
{
    static const char *const folders[] = {"/etc/letsencrypt/live/", "/etc/letsencrypt/archive/"};
    for (size_t i = 0; path != NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (strncmp(path, folders[i], strlen(folders[i])) == 0)
            return true;
    }
    return false;
}

/* others: how many more certificates it holds for. */
static void note_certbot(struct draft *draft, const struct config_pair *pair, size_t others)
{
    char more[64] = "";
    if (others > 0)
        snprintf(more, sizeof(more), " (and in %zu other place%s)", others, others == 1 ? "" : "s");
    findings_say(
        draft->said, SEVERITY_NOTE, pair->place.file, pair->place.line,
        "only root may read certbot's directories live and archive; let certbot's deploy hook copy "
        "the certificate and key to a directory of the daemon, and name that here%s",
        more);
}

/* What many inherit is noted in its own place; the domains' own, of which there may be very many,
 * are counted. */
static void look_for_certbot(struct resolver *resolver, const struct draft_section *section)
{
    const struct config_pairs *pairs = section->block != NULL ? section->block->pairs : NULL;
    for (size_t i = 0; pairs != NULL && i < pairs->count; i++) {
        const struct config_pair *pair = &pairs->items[i];
        if (!is_certbots(pair->certificate) && !is_certbots(pair->private_key))
            continue;
        if (section->kind != DRAFT_DOMAIN)
            note_certbot(resolver->draft, pair, 0);
        else if (resolver->certbot_count++ == 0)
            resolver->certbot = pair;
    }
}

static void judge_templates(struct resolver *resolver)
{
    struct draft *draft = resolver->draft;
    struct draft_sections *templates = &draft->templates;

    struct inherit inherit = inherit_from(&draft->defaults, NULL, NULL);
    inherit.own = &draft->defaults;
    look_for_certbot(resolver, &draft->defaults);
    if (inherit.mx != NULL || inherit.policy_file != NULL)
        judge_policy(&resolver->judge, &inherit, NULL);
    for (size_t i = 0; i < templates->count && !draft->out_of_memory; i++) {
        struct draft_section *own = &templates->items[i];
        if (i > 0 && strcmp(own[-1].name, own->name) == 0)
            draft_break(draft, own, own->line,
                        "[policy %s] is already defined at %s:%u; write each policy once",
                        own->name, own[-1].file, own[-1].line);
        inherit = inherit_from(&draft->defaults, own, NULL);
        inherit.own = own;
        look_for_certbot(resolver, own);
        if (inherit.mx != NULL || inherit.policy_file != NULL)
            judge_policy(&resolver->judge, &inherit, NULL);
    }
}

static int compare_name(const void *name, const void *section)
{
    const struct draft_section *template_ = section;
    return strcmp(name, template_->name);
}

/* The template that the domain names, or NULL: it names none, or one that is not there. */
static struct draft_section *find_template(struct draft *draft, struct draft_section *domain)
{
    const struct draft_sections *templates = &draft->templates;
    if (domain->policy == NULL)
        return NULL;
    struct draft_section *found = NULL;
    if (templates->count > 0)
        found = bsearch(domain->policy, templates->items, templates->count,
                        sizeof(templates->items[0]), compare_name);
    if (found != NULL)
        return found;

    struct keyword search = {.word = domain->policy};
    for (size_t i = 0; i < templates->count; i++)
        keyword_consider(&search, templates->items[i].name);
    if (search.best != NULL)
        draft_break(draft, domain, domain->policy_line, "there is no [policy %s]; did you mean %s?",
                    domain->policy, search.best);
    else
        draft_break(draft, domain, domain->policy_line,
                    "there is no [policy %s]; write that section, or name one that exists",
                    domain->policy);
    return NULL;
}

static const struct config_policy *
resolve_policy(struct resolver *resolver, const struct inherit *inherit, struct shared *shared)
{
    const struct draft_section *own = inherit->own;
    bool is_plain = inherit->policy_file == NULL && inherit->mode != own &&
                    inherit->max_age != own && inherit->mx != own;

    if (is_plain && shared->policy != NULL)
        return shared->policy;
    const struct config_policy *policy = judge_policy(&resolver->judge, inherit, own->name);
    if (is_plain)
        shared->policy = policy;
    return policy;
}

/* template_: NULL for none. */
static struct shared *shared_of(const struct resolver *resolver,
                                const struct draft_section *template_)
{
    const struct draft_sections *templates = &resolver->draft->templates;
    if (template_ == NULL)
        return &resolver->shared[templates->count];
    return &resolver->shared[template_ - templates->items];
}

static void resolve_domain(struct resolver *resolver, struct draft_section *domain,
                           struct config_domain *out)
{
    struct draft *draft = resolver->draft;
    struct draft_section *template_ = find_template(draft, domain);
    struct inherit inherit = inherit_from(&draft->defaults, template_, domain);
    struct shared *shared = shared_of(resolver, template_);

    if (inherit.pairs == NULL && !domain->broken && !inherit.outer_broken) {
        domain->broken = true;
        if (shared->bare_count++ == 0)
            shared->bare = domain;
    }
    look_for_certbot(resolver, domain);
    *out = (struct config_domain){
        .name = domain->name,
        .file = domain->file,
        .line = domain->line,
        .policy = resolve_policy(resolver, &inherit, shared),
        .pairs = inherit.pairs != NULL ? inherit.pairs->block->pairs : NULL,
        .own_certificate = inherit.pairs == domain,
        .records_off = inherit.records != NULL && inherit.records->block->records_off,
    };
    if (domain->broken || out->policy == NULL || out->pairs == NULL) {
        out->broken = true;
        out->policy = NULL;
        out->pairs = NULL;
    }
}

static void resolve_all(struct resolver *resolver)
{
    struct draft *draft = resolver->draft;
    struct config *config = draft->config;
    const struct draft_sections *domains = &draft->domains;

    if (domains->count == 0)
        return;
    config->domains =
        draft_alloc(draft, &config->arena, domains->count * sizeof(config->domains[0]));
    struct draft_section *first = NULL;
    struct config_domain *out = NULL;
    for (size_t i = 0; i < domains->count && !draft->out_of_memory; i++) {
        struct draft_section *domain = &domains->items[i];
        if (first != NULL && strcmp(first->name, domain->name) == 0) {
            drop_repeated(draft, first, domain, !out->broken);
            continue;
        }
        first = domain;
        out = &config->domains[config->domain_count++];
        resolve_domain(resolver, domain, out);
        config->served_count += !out->broken;
    }
}

/* What is said once for many domains. */
static void say_counted(const struct resolver *resolver)
{
    struct draft *draft = resolver->draft;
    for (size_t i = 0; i <= draft->templates.count; i++) {
        const struct shared *shared = &resolver->shared[i];
        if (shared->bare_count == 1)
            findings_say(draft->said, SEVERITY_ERROR, shared->bare->file, shared->bare->line,
                         "%s has no certificate; write `certificate = PATH` in its section, or "
                         "in [defaults] with %%h for the host's name",
                         shared->bare->name);
        else if (shared->bare_count > 1)
            findings_say(draft->said, SEVERITY_ERROR, shared->bare->file, shared->bare->line,
                         "%zu domains have no certificate, the first is %s; write `certificate "
                         "= PATH` in their sections, or in [defaults] with %%h for the host's "
                         "name",
                         shared->bare_count, shared->bare->name);
    }
    if (resolver->certbot_count > 0)
        note_certbot(draft, resolver->certbot, resolver->certbot_count - 1);
}

void resolve_domains(struct draft *draft)
{
    struct resolver resolver = {.draft = draft, .judge = {.draft = draft}};
    resolver.shared = calloc(draft->templates.count + 1, sizeof(resolver.shared[0]));
    if (resolver.shared == NULL) {
        draft->out_of_memory = true;
        return;
    }
    sort(&draft->templates);
    sort(&draft->domains);
    judge_templates(&resolver);
    resolve_all(&resolver);
    say_counted(&resolver);
    struct config *config = draft->config;
    config->nameless_count = draft->unreadable_count;
    config->broken_count += config->domain_count - config->served_count + config->nameless_count;
    judge_free(&resolver.judge);
    free(resolver.shared);
}
