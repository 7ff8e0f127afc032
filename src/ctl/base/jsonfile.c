/* SPDX-License-Identifier: ISC */
/* jsonfile: a state file that holds one JSON object: read within a bound, replaced atomically. */
#include "ctl/base/jsonfile.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "ctl/base/replace.h"

int jsonfile_load(json_t **out, const char *path, size_t most, struct error *why)
{
    struct file file;
    *out = NULL;
    if (file_read(&file, path, most, NULL) == 0) {
        *out = json_loadb((const char *)file.bytes, file.length, 0, NULL);
        file_free(&file);
    }
    if (!json_is_object(*out)) {
        json_decref(*out);
        *out = json_object();
    }
    return *out != NULL ? 0 : error_set(why, "out of memory");
}

int jsonfile_save(const json_t *root, const char *path, struct error *why)
{
    char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS);
    if (text == NULL)
        return error_set(why, "out of memory");
    const struct replace_part parts[] = {{(const unsigned char *)text, strlen(text)},
                                         {(const unsigned char *)"\n", 1}};
    int result = replace_file(path, parts, 2, 0644, why);
    free(text);
    return result;
}
