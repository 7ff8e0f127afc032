/* SPDX-License-Identifier: ISC */
/* resolve: makes each domain of a draft what it will serve: inherits, judges, renders, and keeps
 * equal policies once. */
#include "resolve.h"

#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "keyword.h"

struct resolver {
    struct draft *draft;
    struct judge judge;
    /* What a domain gets that sets nothing of its policy itself: one a template, and at last one
     * for none. NULL: not made yet, or refused. */
    const struct config_policy **plain;
};

static int compare_sections(const void *a, const void *b)
{
    const struct draft_section *one = a;
    const struct draft_section *other = b;
    int order = strcmp(one->name, other->name);
    if (order != 0)
        return order;
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
static void drop_repeated_domain(struct draft *draft, const struct draft_section *first,
                                 const struct draft_section *second)
{
    if (second->listed && !first->listed)
        complaints_add(draft->said, COMPLAINT_NOTICE, second->file, second->line,
                       "%s has a section at %s:%u, which overrides this line of the list",
                       first->name, first->file, first->line);
    else
        complaints_add(draft->said, COMPLAINT_ERROR, second->file, second->line,
                       "%s stands already at %s:%u; write each domain once (the first serves)",
                       first->name, first->file, first->line);
}

static void drop_repeated_domains(struct draft *draft)
{
    struct draft_sections *domains = &draft->domains;
    size_t kept = 0;
    for (size_t i = 0; i < domains->count; i++) {
        struct draft_section *domain = &domains->items[i];
        struct draft_section *last = kept > 0 ? &domains->items[kept - 1] : NULL;
        bool is_repeated = last != NULL && strcmp(last->name, domain->name) == 0;
        /* Two lines of a list are said to be two, even where a section overrides both. */
        if (is_repeated && domain->listed && i > 0 && domain[-1].listed &&
            strcmp(domain[-1].name, domain->name) == 0)
            last = &domain[-1];
        if (is_repeated)
            drop_repeated_domain(draft, last, domain);
        else
            domains->items[kept++] = *domain;
    }
    domains->count = kept;
}

static void judge_templates(struct resolver *resolver)
{
    struct draft *draft = resolver->draft;
    struct draft_sections *templates = &draft->templates;

    struct inherit inherit = inherit_from(&draft->defaults, NULL, NULL);
    inherit.own = &draft->defaults;
    if (inherit.mx != NULL || inherit.policy_file != NULL)
        judge_policy(&resolver->judge, &inherit, NULL);
    for (size_t i = 0; i < templates->count && !draft->out_of_memory; i++) {
        struct draft_section *own = &templates->items[i];
        if (i > 0 && strcmp(own[-1].name, own->name) == 0)
            draft_break(draft, own, own->line,
                        "[policy %s] stands already at %s:%u; write each policy once", own->name,
                        own[-1].file, own[-1].line);
        inherit = inherit_from(&draft->defaults, own, NULL);
        inherit.own = own;
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
                    "there is no [policy %s]; write that section, or name one that is there",
                    domain->policy);
    return NULL;
}

static const struct config_policy *resolve_policy(struct resolver *resolver,
                                                  const struct inherit *inherit,
                                                  const struct draft_section *template_)
{
    const struct draft_sections *templates = &resolver->draft->templates;
    const struct draft_section *own = inherit->own;
    size_t index = template_ != NULL ? (size_t)(template_ - templates->items) : templates->count;
    bool is_plain = inherit->policy_file == NULL && inherit->mode != own &&
                    inherit->max_age != own && inherit->mx != own;

    if (is_plain && resolver->plain[index] != NULL)
        return resolver->plain[index];
    const struct config_policy *policy = judge_policy(&resolver->judge, inherit, own->name);
    if (is_plain)
        resolver->plain[index] = policy;
    return policy;
}

static void resolve_domain(struct resolver *resolver, struct draft_section *domain,
                           struct config_domain *out)
{
    struct draft *draft = resolver->draft;
    struct draft_section *template_ = find_template(draft, domain);
    struct inherit inherit = inherit_from(&draft->defaults, template_, domain);

    if (inherit.pairs == NULL && !domain->broken && !inherit.outer_broken)
        draft_break(draft, domain, domain->line,
                    "%s has no certificate; write `certificate = PATH` in its section, or in "
                    "[defaults] with %%h for the host's name",
                    domain->name);
    *out = (struct config_domain){
        .name = domain->name,
        .place = {.file = domain->file, .line = domain->line},
        .policy = resolve_policy(resolver, &inherit, template_),
        .pairs = inherit.pairs != NULL ? inherit.pairs->block->pairs : NULL,
        .own_certificate = inherit.pairs == domain,
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
    for (size_t i = 0; i < domains->count && !draft->out_of_memory; i++) {
        struct config_domain *out = &config->domains[config->domain_count++];
        resolve_domain(resolver, &domains->items[i], out);
        config->broken_count += out->broken;
    }
}

void resolve_domains(struct draft *draft)
{
    struct resolver resolver = {.draft = draft, .judge = {.draft = draft}};
    resolver.plain = calloc(draft->templates.count + 1, sizeof(resolver.plain[0]));
    if (resolver.plain == NULL) {
        draft->out_of_memory = true;
        return;
    }
    sort(&draft->templates);
    sort(&draft->domains);
    drop_repeated_domains(draft);
    judge_templates(&resolver);
    resolve_all(&resolver);
    judge_free(&resolver.judge);
    free(resolver.plain);
}
