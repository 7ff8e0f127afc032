/* SPDX-License-Identifier: ISC */
/* fuzz_config: any bytes as a whole configuration: the main file, then after a NUL byte each file
 * that it names, in turn. No file is touched: this stands in for the module that reads them. */
#include "common/config/config_load.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *rest;
static size_t rest_length;

int file_read(struct file *out, const char *path, size_t limit, struct error *why)
{
    *out = (struct file){0};
    if (rest == NULL)
        return error_set_errno(why, ENOENT, "%s: No such file or directory", path);
    const uint8_t *end = memchr(rest, '\0', rest_length);
    size_t length = end != NULL ? (size_t)(end - rest) : rest_length;
    if (length > limit)
        return error_set_errno(why, EFBIG, "%s: too long", path);
    out->bytes = malloc(length + 1);
    if (out->bytes == NULL)
        return error_set_errno(why, ENOMEM, "%s: out of memory", path);
    memcpy(out->bytes, rest, length);
    out->bytes[length] = '\0';
    out->length = length;
    rest = end != NULL ? end + 1 : NULL;
    rest_length -= end != NULL ? length + 1 : length;
    return 0;
}

int file_read_in(struct file *out, int directory, const char *path, size_t limit, struct error *why)
{
    (void)directory;
    return file_read(out, path, limit, why);
}

void file_free(struct file *file)
{
    free(file->bytes);
    *file = (struct file){0};
}

struct file_stamp file_stamp_of(const char *path)
{
    (void)path;
    return (struct file_stamp){0};
}

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static void check_domain(const struct config_domain *domain)
{
    check_that(domain->broken == (domain->policy == NULL));
    check_that(domain->broken == (domain->pairs == NULL));
    if (domain->broken)
        return;
    check_that(domain->policy->length > 0 && domain->pairs->count > 0);
    for (size_t i = 0; i < domain->pairs->count; i++) {
        char path[PATH_MAX];
        char key_path[PATH_MAX];
        const struct config_pair *pair = &domain->pairs->items[i];
        check_that(config_pair_paths(path, key_path, pair, domain->name) == 0);
        check_that(path[0] == '/' && key_path[0] == '/');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct findings said = {0};
    rest = data;
    rest_length = size;
    int result = config_load(&config, &(struct config_source){.path = "/f/main.ini"}, &said);
    check_that((result == 0) == (config != NULL));
    check_that(result == 0 || said.errors > 0);
    for (size_t i = 0; config != NULL && i < config->domain_count; i++) {
        check_domain(&config->domains[i]);
        check_that(i == 0 || strcmp(config->domains[i - 1].name, config->domains[i].name) < 0);
    }
    config_free(config);
    findings_free(&said);
    return 0;
}
