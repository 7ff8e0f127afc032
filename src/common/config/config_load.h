/* SPDX-License-Identifier: ISC */
/* config_load: reads a configuration with all its files, and says what is wrong with it. */
#ifndef COMMON_CONFIG_CONFIG_LOAD_H
#define COMMON_CONFIG_CONFIG_LOAD_H

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/base/finding.h"
#include "common/config/config.h"

/* Of one ini or list: over a million domains. */
#define CONFIG_FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)

/* The rules of errors in [dns], [tlsrpt] and [watch], which refuse nothing: the server has no use
 * for these sections. */
#define CONFIG_RULE_DNS    "dns"
#define CONFIG_RULE_TLSRPT "tlsrpt"
#define CONFIG_RULE_WATCH  "watch"

/* Whether something else than its rights keeps a path from being read, as the sandbox of a running
 * server does; *advice gets what to do, as the end of a sentence. */
typedef bool config_denial(const char *path, struct error *advice);

/* A list of domains that is not on disk, or not where the configuration reads it. */
struct config_list {
    const char *name; /* of the file, for messages; paths in it are relative to the ini */
    const char *bytes;
    size_t length;
};

enum config_scope {
    CONFIG_SCOPE_ALL,
    CONFIG_SCOPE_MAIN,     /* the main file without includes and lists, even if it has errors */
    CONFIG_SCOPE_SETTINGS, /* [server], [acme] and [dns] of the main file; reads no other file */
    CONFIG_SCOPE_LIST,     /* the lines of the list, without the policies that they name */
};

/* What to load. All is borrowed; all but the path may be 0. */
struct config_source {
    const char *path; /* of the main file */
    enum config_scope scope;
    const struct file *main;        /* the main file's bytes, if they were read before */
    const struct config_list *list; /* takes the place of the lists that the configuration names */
    config_denial *denies;
    /* Called before the names of an include's directory are read; NULL: nobody asks. */
    void (*enters)(void *context, const char *directory);
    void *context;
    const struct config *before; /* loaded before: domains whose file cannot be read any more are
                                    kept, as broken ones */
};

/* Loads the configuration. out: the caller frees it with config_free. said: gets all findings.
 * Returns 0; single domains may be broken then. Returns -1 when the whole is refused, with an error
 * in *said; *out is NULL then, but for CONFIG_SCOPE_SETTINGS, where it holds what could be read,
 * and is NULL only when out of memory. */
int config_load(struct config **out, const struct config_source *source, struct findings *said);

/* Whether an include reads a file of this name: one that ends in .ini and is not hidden. */
bool config_includes(const char *name);

#endif
