/* SPDX-License-Identifier: ISC */
/* report_parsedmarc: a TLS report as parsedmarc writes it, given the keys of RFC 8460 again. */
#include "ctl/tlsrpt/report_parsedmarc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* "mx_host_patterns" is "mx-host-patterns" here. The caller frees it. */
static char *with_hyphens(const char *key)
{
    char *out = strdup(key);
    for (char *at = out; at != NULL && *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
    return out;
}

/* A copy with keys of hyphens, of what is an object; anything else itself. NULL: out of memory. */
static json_t *renamed(json_t *object)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return json_incref(object);
    json_t *out = json_object();
    json_object_foreach(object, key, value)
    {
        char *name = with_hyphens(key);
        int result = name != NULL ? json_object_set(out, name, value) : -1;
        free(name);
        if (result != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* A list of what make has made of each entry; what is no list itself. NULL: out of memory. */
static json_t *each(json_t *list, json_t *(*make)(json_t *entry))
{
    size_t index;
    json_t *entry;
    if (!json_is_array(list))
        return json_incref(list);
    json_t *out = json_array();
    json_array_foreach(list, index, entry)
    {
        if (json_array_append_new(out, make(entry)) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* Policy, counts and failures stand side by side in an entry of parsedmarc's. */
static json_t *policy_of(json_t *entry)
{
    if (!json_is_object(entry))
        return json_incref(entry);
    json_t *flat = renamed(entry);
    json_t *given = json_object_get(flat, "failure-details");
    json_t *details = given != NULL ? each(given, renamed) : NULL;
    json_t *out = NULL;
    if (flat == NULL || (given != NULL && details == NULL))
        goto done;
    out = json_pack(
        "{s:{s:O*, s:O*, s:O*, s:O*}, s:{s:O*, s:O*}, s:O*}", "policy", "policy-type",
        json_object_get(flat, "policy-type"), "policy-domain",
        json_object_get(flat, "policy-domain"), "policy-string",
        json_object_get(flat, "policy-strings"), "mx-host",
        json_object_get(flat, "mx-host-patterns"), "summary", "total-successful-session-count",
        json_object_get(flat, "successful-session-count"), "total-failure-session-count",
        json_object_get(flat, "failed-session-count"), "failure-details", details);

done:
    json_decref(details);
    json_decref(flat);
    return out;
}

/* The names of what is not in policies, and the dates, which have an object of their own. */
static json_t *report_of(json_t *root, json_t *policies)
{
    json_t *out = renamed(root);
    json_t *range = json_pack("{s:O*, s:O*}", "start-datetime", json_object_get(root, "begin_date"),
                              "end-datetime", json_object_get(root, "end_date"));
    bool is_whole = out != NULL && range != NULL &&
                    json_object_set(out, "date-range", range) == 0 &&
                    json_object_set(out, "policies", policies) == 0;
    json_decref(range);
    if (is_whole)
        return out;
    json_decref(out);
    return NULL;
}

int report_parsedmarc_restore(json_t **root)
{
    json_t *list = json_object_get(*root, "policies");
    if (json_object_get(*root, "begin_date") == NULL || !json_is_array(list) ||
        json_object_get(*root, "date-range") != NULL)
        return 0;
    json_t *policies = each(list, policy_of);
    json_t *out = policies != NULL ? report_of(*root, policies) : NULL;
    json_decref(policies);
    if (out == NULL)
        return -1;
    json_decref(*root);
    *root = out;
    return 0;
}
