/* SPDX-License-Identifier: ISC */
/* test_memory: each allocation of a load fails once, and all from it on; what is refused then
 * leaves nothing behind, and what is not refused is whole. */
#include <errno.h>
#include <stdarg.h>

#include "daemon/hosts/site.h"
#include "tree.h"

#define MOST 100000

static long skip = -1; /* -1: none fails */
static bool is_lasting;
static unsigned hits;

static bool is_due(void)
{
    if (skip < 0 || skip-- > 0)
        return false;
    hits++;
    skip = is_lasting ? 0 : -1;
    errno = ENOMEM;
    return true;
}

/* ld --wrap leads each call to the first, and the second to the C library. */
#define WRAPPED(name, parameters, arguments)                                                       \
    void *__real_##name parameters;                                                                \
    void *__wrap_##name parameters;                                                                \
    void *__wrap_##name parameters                                                                 \
    {                                                                                              \
        return is_due() ? NULL : __real_##name arguments;                                          \
    }

WRAPPED(malloc, (size_t size), (size))
WRAPPED(calloc, (size_t count, size_t size), (count, size))
WRAPPED(realloc, (void *memory, size_t size), (memory, size))
WRAPPED(strdup, (const char *text), (text))

static struct tree make_tree(void)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini",
               "[server]\ninclude = more.d\ndomains_file = list.txt\ndefault_host = "
               "mta-sts.a.example\n"
               "[defaults]\ncertificate = /c/%h.pem\nmode = enforce\nmx = mx.example\n"
               "[policy shared]\nmx = *.shared.example\nmode = testing\n"
               "[a.example]\nmx = one.example\nmx = *.two.example\n[bad.example]\nmode = nonsense\n"
               "[b.example]\npolicy_file = policy.txt\n");
    tree_write(&tree, "more.d/c.ini", "[c.example]\npolicy = shared\n");
    tree_write(&tree, "list.txt", "d.example shared mode=enforce max_age=86400\ne.example\n");
    tree_write(&tree, "policy.txt",
               "version: STSv1\r\nmode: enforce\r\nmx: f.example\r\nmax_age: 604800\r\n");
    return tree;
}

/* Loads and builds with what has been armed. NULL when anything was refused. */
static struct site_table *load(struct tree *tree, const struct site_table *old)
{
    struct site_table *table = NULL;
    tree_load(tree);
    if (tree->config != NULL)
        table = site_table_build(&tree->config, old);
    return table;
}

/* Returns whether the nth allocation was reached. */
static bool fail_at(struct tree *tree, const struct site_table *old, long number, bool lasting)
{
    hits = 0;
    is_lasting = lasting;
    skip = number;
    struct site_table *table = load(tree, old);
    skip = -1;
    if (table != NULL) {
        CHECK(site_table_count(table) == 5, "%ld: %zu of 5 sites", number, site_table_count(table));
        CHECK(site_table_removed(table, old) == 0, "%ld: a site is gone", number);
    } else {
        CHECK(hits > 0, "%ld: refused though nothing failed", number);
        CHECK(tree->said.lacked_memory || tree->config != NULL, "%ld: refused without its cause",
              number);
    }
    site_table_unref(table);
    return hits > 0;
}

static void a_load_is_whole_or_refused_whichever_allocation_fails(void)
{
    struct tree tree = make_tree();
    struct site_table *old = load(&tree, NULL);
    CHECK(old != NULL && site_table_count(old) == 5);
    for (int lasting = 0; old != NULL && lasting < 2; lasting++) {
        long number = 0;
        while (number < MOST && fail_at(&tree, old, number, lasting != 0))
            number++;
        CHECK(number > 20 && number < MOST, "%ld allocations", number);
    }
    struct site_table *again = load(&tree, old);
    CHECK(again != NULL, "the next load is refused");
    site_table_unref(again);
    site_table_unref(old);
    tree_close(&tree);
}

static const struct test tests[] = {
    TEST(a_load_is_whole_or_refused_whichever_allocation_fails),
};

TEST_MAIN(tests)
