/* SPDX-License-Identifier: ISC */
/* fuzz_document: any bytes as the JSON that a CA sends, its directory and its renewal windows, and
 * as the files kept of earlier runs. What is shown of them is printable. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/acme/ari.c"
#include "ctl/acme/directory.c"
#include "ctl/certs/pace.h"
#include "ctl/check/check_state.h"

#define NOW INT64_C(1795305600) /* 2026-11-22 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/mta-stsd-fuzz-XXXXXX";
static const char *const kept[] = {"ari.json", "pace.json", "example.com.json"};

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static void check_printable(const char *text)
{
    for (; *text != '\0'; text++)
        check_that(*text >= ' ' && *text <= '~');
}

static const char *path_of(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void clean_up(void)
{
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        unlink(path_of(kept[i]));
    unlink(path_of("example.com.json.damaged"));
    rmdir(folder);
}

static void read_answers(const json_t *root)
{
    struct directory directory;
    struct ari_window window;
    struct error why = {.text = ""};
    if (read_document(&directory, root, &why) == 0) {
        check_printable(directory.renewal_info);
        check_that(directory.identity_count <= DIRECTORY_IDENTITIES_MAX);
    }
    if (ari_read(&window, root, &why) != 0) {
        check_that(window.start == 0 && window.end == 0 && why.text[0] != '\0');
        return;
    }
    check_that(window.start < window.end);
    check_printable(window.explanation);
    int64_t moment = moment_in("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", &window);
    check_that(window.start <= moment && moment <= window.end);
}

static void read_kept(void)
{
    struct error why = {.text = ""};
    struct ari ari;
    struct ari_entry entry;
    struct writer writer;
    struct pace pace;
    struct check_state state;
    bool by_ari;
    if (ari_load(&ari, folder, &why) == 0) {
        if (ari_find(&ari, "a.b", &entry) && entry.has_window)
            check_that(entry.window.start < entry.window.end);
        (void)ari_due_at(&ari, "a.b", NOW, NOW + 90 * 86400, &by_ari);
        writer_open(&writer, &writer_json, stdout); /* never finished, so nothing is printed */
        ari_put(&ari, "a.b", &writer);
        check_that(!writer.failed);
        writer_close(&writer);
        ari_free(&ari);
    }
    if (pace_load(&pace, folder, NOW, &why) == 0) {
        check_that(pace_order_at(&pace, 1, NOW, 0) >= NOW || pace_recent(&pace) == 0);
        (void)pace_next_try(&pace, "mta-sts.example.com", NOW, NOW);
        (void)pace_failures(&pace, "mta-sts.example.com");
        pace_free(&pace);
    }
    if (check_state_load(&state, folder, "example.com", &why) == 0)
        (void)check_state_removal(&(struct check_state_removal){0}, &state);
    else
        check_that(!state.known && why.text[0] != '\0');
}

static void keep(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        FILE *out = fopen(path_of(kept[i]), "w");
        check_that(out != NULL && fwrite(data, 1, size, out) == size && fclose(out) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    if (!begun) {
        check_that(mkdtemp(folder) != NULL && atexit(clean_up) == 0);
        begun = true;
    }
    json_t *root = json_loadb((const char *)data, size, 0, NULL);
    if (root != NULL)
        read_answers(root);
    json_decref(root);
    keep(data, size);
    read_kept();
    return 0;
}
