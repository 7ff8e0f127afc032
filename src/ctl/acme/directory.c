/* SPDX-License-Identifier: ISC */
/* directory: reads a CA's ACME directory (RFC 8555 section 7.1.1). */
#include "ctl/acme/directory.h"

#include <stdio.h>
#include <string.h>

static void add_identity(struct directory *out, const json_t *name)
{
    struct hostname *identity = &out->identities[out->identity_count];
    if (json_is_string(name) &&
        hostname_parse(identity, json_string_value(name), json_string_length(name), NULL) == 0)
        out->identity_count++;
}

/* The same of a document; names and URLs that are not valid, or not https://, are ignored. Pure. */
static int read_document(struct directory *out, const json_t *root, struct error *why)
{
    *out = (struct directory){0};
    if (!json_is_string(json_object_get(root, "newOrder")))
        return error_set(why, "the answer is not an ACME directory");
    const json_t *names = json_object_get(json_object_get(root, "meta"), "caaIdentities");
    for (size_t i = 0; i < json_array_size(names); i++) {
        if (out->identity_count < DIRECTORY_IDENTITIES_MAX)
            add_identity(out, json_array_get(names, i));
    }
    const char *url = json_string_value(json_object_get(root, "renewalInfo"));
    if (url != NULL && strncmp(url, "https://", 8) == 0 && strlen(url) < sizeof(out->renewal_info))
        snprintf(out->renewal_info, sizeof(out->renewal_info), "%s", url);
    return 0;
}

int directory_fetch(struct directory *out, struct web *web, const char *url, struct error *why)
{
    json_t *root;
    struct error reason;
    *out = (struct directory){0};
    if (web_get_json(web, url, &root, NULL, why) != 0)
        return -1;
    int result = read_document(out, root, &reason);
    json_decref(root);
    return result == 0 ? 0 : error_set(why, "%.300s: %s", url, reason.text);
}
