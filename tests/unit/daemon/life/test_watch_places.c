/* SPDX-License-Identifier: ISC */
/* test_watch_places: each change of what a configuration was read from shows in the next look, and
 * the kernel tells of it. */
#include "daemon/life/watch_places.h"

#include "tree.h"

#define MAIN "[server]\ninclude = inc\n[defaults]\ncertificate = c\nmx = mx.example\n"

/* What can happen to an include's directory. */
static void change_text(const struct tree *tree)
{
    tree_write(tree, "inc/plain.ini", "[changed.example]\n");
}

static void change_target(const struct tree *tree)
{
    tree_write(tree, "targets/one", "[changed.example]\n");
}

static void put_link(const struct tree *tree, const char *target, const char *name)
{
    char new[PATH_MAX];
    snprintf(new, sizeof(new), "%s", tree_path(tree, "new"));
    CHECK(symlink(target, new) == 0 && rename(new, tree_path(tree, name)) == 0);
}

static void swap_link(const struct tree *tree)
{
    put_link(tree, "../targets/two", "inc/link.ini");
}

static void make_a_link_of_a_file(const struct tree *tree)
{
    put_link(tree, "../targets/two", "inc/plain.ini");
}

static void replace_by_one_of_equal_text(const struct tree *tree)
{
    char new[PATH_MAX];
    tree_write(tree, "new", "[plain.example]\n");
    snprintf(new, sizeof(new), "%s", tree_path(tree, "new"));
    CHECK(rename(new, tree_path(tree, "inc/plain.ini")) == 0);
}

static void remove_file(const struct tree *tree)
{
    CHECK(unlink(tree_path(tree, "inc/plain.ini")) == 0);
}

static void remove_target(const struct tree *tree)
{
    CHECK(unlink(tree_path(tree, "targets/one")) == 0);
}

static void add_file(const struct tree *tree)
{
    tree_write(tree, "inc/new.ini", "");
}

static void change_rights(const struct tree *tree)
{
    CHECK(chmod(tree_path(tree, "inc/plain.ini"), 0600) == 0);
}

static void change_main(const struct tree *tree)
{
    tree_write(tree, "main.ini", MAIN "\n");
}

static struct tree make_tree(struct watch_places *places)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini", MAIN);
    tree_write(&tree, "inc/plain.ini", "[plain.example]\n");
    tree_write(&tree, "inc/other.ini", "[other.example]\n");
    tree_write(&tree, "targets/one", "[one.example]\n");
    tree_write(&tree, "targets/two", "[two.example]\n");
    CHECK(symlink("../targets/one", tree_path(&tree, "inc/link.ini")) == 0);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.config->files->runs[0]->count == 3);
    *places = (struct watch_places){.events = -1};
    watch_places_set(places, tree.config->files);
    return tree;
}

/* Also when the configuration is gone, as it is after a reload. */
static void sees_each_change(void)
{
    static void (*const changes[])(const struct tree *) = {
        change_text, change_target, swap_link, make_a_link_of_a_file, replace_by_one_of_equal_text,
        remove_file, remove_target, add_file,  change_rights,         change_main,
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        char events[4096];
        struct watch_places places;
        struct tree tree = make_tree(&places);
        config_free(tree.config);
        tree.config = NULL;
        struct filesum first = watch_places_look(&places, false);
        struct filesum again = watch_places_look(&places, false);
        CHECK(first.sum == again.sum && first.newest_ns == again.newest_ns, "%zu", i);
        CHECK(places.complete && read(places.events, events, sizeof(events)) < 0, "%zu", i);
        changes[i](&tree);
        CHECK(read(places.events, events, sizeof(events)) > 0, "%zu", i);
        again = watch_places_look(&places, false);
        CHECK(first.sum != again.sum, "%zu", i);
        CHECK(again.newest_ns >= first.newest_ns, "%zu", i);
        watch_places_free(&places);
        tree_close(&tree);
    }
}

/* Of a load that has entered the include's directory: its sum is that of a look, also where there
 * are links and what cannot be read. */
static void knows_the_state_that_was_read(void)
{
    char events[4096];
    struct watch_places places;
    struct tree tree = make_tree(&places);
    CHECK(mkfifo(tree_path(&tree, "inc/pipe.ini"), 0600) == 0);
    CHECK(mkdir(tree_path(&tree, "inc/folder.ini"), 0700) == 0);
    CHECK(symlink("../nowhere", tree_path(&tree, "inc/lost.ini")) == 0);
    watch_places_begin(&places);
    watch_places_enter(&places, tree_path(&tree, "inc"));
    tree_load(&tree);
    CHECK(tree.result == 0);
    watch_places_set(&places, tree.config->files);
    struct filesum loaded = watch_places_of_load(&places);
    CHECK(places.complete && read(places.events, events, sizeof(events)) < 0);
    struct filesum looked = watch_places_look(&places, false);
    CHECK(loaded.sum == looked.sum && loaded.newest_ns == looked.newest_ns);
    watch_places_free(&places);
    tree_close(&tree);
}

static void sees_a_change_during_the_load(void)
{
    char events[4096];
    struct watch_places places;
    struct tree tree = make_tree(&places);
    watch_places_begin(&places);
    watch_places_enter(&places, tree_path(&tree, "inc"));
    tree_load(&tree);
    change_text(&tree);
    watch_places_set(&places, tree.config->files);
    struct filesum loaded = watch_places_of_load(&places);
    CHECK(read(places.events, events, sizeof(events)) > 0);
    struct filesum now = watch_places_look(&places, false);
    CHECK(loaded.sum != now.sum);
    watch_places_free(&places);
    tree_close(&tree);
}

static void watches_what_a_new_link_leads_to(void)
{
    char events[4096];
    struct watch_places places;
    struct tree tree = make_tree(&places);
    struct filesum plain = watch_places_look(&places, false);
    tree_write(&tree, "far/three", "[three.example]\n");
    put_link(&tree, "../far/three", "inc/plain.ini");
    struct filesum first = watch_places_look(&places, false);
    CHECK(plain.sum != first.sum);
    tree_load(&tree);
    watch_places_set(&places, tree.config->files);
    first = watch_places_look(&places, false);
    tree_write(&tree, "far/three", "[changed.example]\n");
    CHECK(read(places.events, events, sizeof(events)) > 0);
    struct filesum again = watch_places_look(&places, false);
    CHECK(first.sum != again.sum);
    watch_places_free(&places);
    tree_close(&tree);
}

static void copies_look_at_the_same(void)
{
    struct watch_places places;
    struct watch_places copy;
    struct tree tree = make_tree(&places);
    watch_places_copy(&copy, &places);
    struct filesum first = watch_places_look(&places, false);
    watch_places_free(&places);
    struct filesum again = watch_places_look(&copy, false);
    CHECK(first.sum == again.sum);
    watch_places_free(&copy);
    tree_close(&tree);
}

static const struct test tests[] = {
    TEST(sees_each_change),
    TEST(knows_the_state_that_was_read),
    TEST(sees_a_change_during_the_load),
    TEST(watches_what_a_new_link_leads_to),
    TEST(copies_look_at_the_same),
};

TEST_MAIN(tests)
