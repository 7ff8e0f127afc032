/* SPDX-License-Identifier: ISC */
/* tree: a small tree of configuration files in a directory of its own, loaded and looked at. */
#ifndef TREE_H
#define TREE_H

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/config/config_load.h"
#include "test.h"

struct tree {
    char directory[64];
    char main[96]; /* the path of main.ini */
    struct config *config;
    struct findings said;
    int result;
};

static inline void tree_fail(const char *what)
{
    perror(what);
    exit(2);
}

static inline struct tree tree_open(void)
{
    struct tree tree = {.directory = "/tmp/mta-stsd-test-XXXXXX"};
    if (mkdtemp(tree.directory) == NULL)
        tree_fail("mkdtemp");
    snprintf(tree.main, sizeof(tree.main), "%s/main.ini", tree.directory);
    return tree;
}

/* The full path of a file in the tree, until the next call. */
static inline const char *tree_path(const struct tree *tree, const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", tree->directory, name);
    return path;
}

static inline void tree_write_bytes(const struct tree *tree, const char *name, const char *bytes,
                                    size_t length)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s", tree_path(tree, name));
    for (char *slash = path + strlen(tree->directory) + 1; (slash = strchr(slash, '/')) != NULL;
         slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    FILE *out = fopen(path, "w");
    if (out == NULL || fwrite(bytes, 1, length, out) != length || fclose(out) != 0)
        tree_fail(path);
}

static inline void tree_write(const struct tree *tree, const char *name, const char *text)
{
    tree_write_bytes(tree, name, text, strlen(text));
}

static inline void tree_load(struct tree *tree)
{
    config_free(tree->config);
    findings_free(&tree->said);
    tree->result =
        config_load(&tree->config, &(struct config_source){.path = tree->main}, &tree->said);
}

static inline int tree_remove(const char *path, const struct stat *state, int kind,
                              struct FTW *walk)
{
    (void)state;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void tree_close(struct tree *tree)
{
    config_free(tree->config);
    findings_free(&tree->said);
    nftw(tree->directory, tree_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* One tree with this main.ini, loaded. */
static inline struct tree tree_of(const char *main)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini", main);
    tree_load(&tree);
    return tree;
}

static inline void tree_print(const struct tree *tree)
{
    for (size_t i = 0; i < tree->said.count; i++)
        printf("# said: %s:%u: %d: %s\n", tree->said.items[i].where, tree->said.items[i].line,
               (int)tree->said.items[i].severity, tree->said.items[i].problem);
}

static inline const struct config_domain *tree_domain(const struct tree *tree, const char *name)
{
    for (size_t i = 0; tree->config != NULL && i < tree->config->domain_count; i++) {
        if (strcmp(tree->config->domains[i].name, name) == 0)
            return &tree->config->domains[i];
    }
    return NULL;
}

/* The same where there is one to look into. */
static inline const struct config_domain *tree_need(const struct tree *tree, const char *name)
{
    const struct config_domain *domain = tree_domain(tree, name);
    if (domain == NULL) {
        tree_print(tree);
        fprintf(stderr, "there is no domain %s\n", name);
        exit(2);
    }
    return domain;
}

/* The policy of a domain with its lines joined by |, until the next call; "" when there is none. */
static inline const char *tree_policy(const struct tree *tree, const char *name)
{
    static char text[70000];
    const struct config_domain *domain = tree_domain(tree, name);
    size_t used = 0;
    if (domain != NULL && domain->policy != NULL)
        for (size_t i = 0; i < domain->policy->length && used < sizeof(text) - 1; i++)
            if (domain->policy->bytes[i] != '\r')
                text[used++] = domain->policy->bytes[i] == '\n' ? '|' : domain->policy->bytes[i];
    text[used] = '\0';
    return text;
}

/* How many complaints of this severity stand at the place (a file's name in the tree, or a full
 * path) and hold the fragment. */
static inline unsigned tree_count(const struct tree *tree, enum severity severity, const char *file,
                                  unsigned line, const char *fragment)
{
    unsigned found = 0;
    const char *path = file[0] == '/' ? file : tree_path(tree, file);
    for (size_t i = 0; i < tree->said.count; i++) {
        const struct finding *item = &tree->said.items[i];
        char sentence[FINDING_MAX];
        finding_print(sentence, sizeof(sentence), item);
        found += item->severity == severity && item->line == line &&
                 strcmp(item->where, path) == 0 && strstr(sentence, fragment) != NULL;
    }
    return found;
}

/* Checks that exactly one such complaint was said. */
#define TREE_SAYS(tree, severity, file, line, fragment)                                            \
    do {                                                                                           \
        unsigned found_ = tree_count(tree, severity, file, line, fragment);                        \
        CHECK(found_ == 1, "%s:%u \"%s\" said %u times", file, (unsigned)(line), fragment,         \
              found_);                                                                             \
        if (found_ != 1)                                                                           \
            tree_print(tree);                                                                      \
    } while (0)

#define TREE_POLICY(tree, name, expected)                                                          \
    do {                                                                                           \
        CHECK(strcmp(tree_policy(tree, name), expected) == 0, "%s: %s", name,                      \
              tree_policy(tree, name));                                                            \
        if (strcmp(tree_policy(tree, name), expected) != 0)                                        \
            tree_print(tree);                                                                      \
    } while (0)

#endif
