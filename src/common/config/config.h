/* SPDX-License-Identifier: ISC */
/* config: the whole configuration, read, inherited and judged: what mta-stsd.ini(5) describes. */
#ifndef COMMON_CONFIG_CONFIG_H
#define COMMON_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/file.h"
#include "common/base/finding.h"
#include "common/base/network.h"
#include "common/name/hostname.h"

/* Of one ini or list: over a million domains. */
#define CONFIG_FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)

struct config_place {
    const char *file;
    unsigned line;
};

struct config_listen {
    struct network_endpoint endpoint;
    const char *text; /* as written, for messages */
    struct config_place place;
};

struct config_networks {
    struct network *items;
    size_t count;
};

struct config_paths {
    const char **items; /* absolute */
    size_t count;
};

enum config_access_log {
    CONFIG_ACCESS_LOG_ON,
    CONFIG_ACCESS_LOG_ERRORS, /* only fetches that were not answered with 200 */
    CONFIG_ACCESS_LOG_OFF,
};

/* [server]; each with its built-in value where the key is not set. */
struct config_server {
    struct config_listen *listen; /* built-in: port 443, two endpoints */
    size_t listen_count;
    bool listen_set;
    const char *user;                    /* NULL: not set */
    struct config_place user_place;      /* {0} where it is not set */
    struct hostname default_host;        /* empty: none */
    unsigned max_removed;                /* built-in 10 */
    bool max_removed_is_percent;         /* built-in true */
    unsigned limit_per_source;           /* connections; built-in 64; 0: no limit */
    unsigned limit_per_network;          /* connections; built-in 512; 0: no limit */
    unsigned handshakes_per_source;      /* a second; built-in 200; 0: no limit */
    unsigned handshakes_per_network;     /* a second; built-in 400; 0: no limit */
    struct config_networks limit_exempt; /* built-in 127.0.0.0/8 and ::1 */
    struct config_networks proxy_from;   /* built-in: none */
    enum config_access_log access_log;   /* built-in on */
    struct config_paths read_path;       /* what the sandbox may read; built-in: none, see there */
    bool sandbox;                        /* built-in true */
    bool watch;                          /* reload when files change; built-in false */
    unsigned workers;                    /* threads; 0, the built-in: one a core */
    unsigned max_connections;            /* in all; built-in 10000 */
    unsigned idle_timeout_s;             /* a client that says nothing; built-in 5 */
    unsigned handshake_timeout_s;        /* first byte to end of handshake; built-in 10 */
    unsigned request_timeout_s; /* first byte of the request to the answer's end; built-in 10 */
    unsigned drain_timeout_s;   /* bound of an orderly stop; built-in 10 */
};

/* A certificate and its key, as patterns with %h and %d. */
struct config_pair {
    const char *certificate;
    const char *private_key; /* NULL: in the certificate's file */
    struct config_place place;
};

#define CONFIG_PAIRS_MAX 4 /* of one host: ECDSA and RSA, and two to spare */

struct config_pairs {
    size_t count;
    struct config_pair items[];
};

/* A policy's bytes as served; equal ones are one object. */
struct config_policy {
    size_t length;
    bool lowered; /* an mx of the configuration has capitals, which the bytes do not have */
    char bytes[];
};

struct config_domain {
    const char *name;                   /* in lower case; policy host is "mta-sts." and this */
    const struct config_policy *policy; /* NULL when broken */
    const struct config_pairs *pairs;   /* NULL when broken */
    struct config_place place;          /* its section or list line */
    bool broken;                        /* an error took it out; it may have a last good state */
    bool own_certificate;               /* it set its own pairs: never managed by [acme] */
    bool records_off;                   /* its `_mta-sts` record is to be away: see [dns] */
};

/* [acme] and [dns]: checked, used by later rooms. NULL and 0 where not set. */
struct config_acme {
    bool present;
    bool accept_terms;
    const char *directory;
    const char *challenges;     /* the directory of pending TLS-ALPN-01 challenges */
    const char *state;          /* the directory of the client's account, keys and our pace */
    const char *client;         /* a path, or a name to look for in PATH */
    const char *hook;           /* the client's, which writes the challenges */
    const char *deploy_command; /* a path or a name in PATH; brings files to other machines */
    const char *profile; /* the CA's word for the kind of certificate; NULL: its own choice */
    bool key_rsa;        /* RSA 2048; built-in: ECDSA P-256 */
    const char **contacts;
    size_t contact_count;
    bool renew_auto;
    bool precheck; /* DNS, CAA and the challenge are looked at before the CA is asked */
    unsigned orders_per_hour;
};

struct config_dns {
    bool present;
    const char **rua;
    size_t rua_count;
    struct network_address *addresses;
    size_t address_count;
    const char *cname;
    const char *target; /* pattern with %d */
};

struct config {
    struct config_server server;
    struct config_acme acme;
    struct config_dns dns;
    struct config_domain *domains; /* sorted by name, each name once */
    size_t domain_count;
    size_t served_count;   /* domains without an error */
    size_t broken_count;   /* with one, and the nameless */
    size_t nameless_count; /* whose names cannot be read: not among domains */
    /* What was read: the main file, each include's directory and files, lists, and of the policy
     * files, even where they cannot be read, the first 64; each once. */
    const char *const *files;
    size_t file_count;
    /* Each pattern of a certificate, key or policy file, absolute, once. */
    const char *const *patterns;
    size_t pattern_count;
    struct arena arena; /* holds all that is borrowed above */
};

/* Reads the file, its includes, lists and policy files. Adds all that is wrong to *said. Returns 0
 * with *out, which may hold broken domains, or -1 when the whole is refused; *out is NULL then and
 * *said holds at least one error. */
int config_load(struct config **out, const char *path, struct findings *said);
void config_free(struct config *config);

/* Whether a path that cannot be read is kept away by something else than its own rights; *advice
 * gets what to do, as the end of a sentence. */
typedef bool config_denial(const char *path, struct error *advice);

/* What a load knows beside the path. {0} is valid. */
struct config_context {
    config_denial *denies;       /* or NULL */
    const struct config *before; /* or NULL: the domains that it has of a file which cannot be read
                                    now are kept, as broken ones */
    const struct file *main;     /* or NULL: the main file, read before */
};

/* As config_load, knowing that. */
int config_load_within(struct config **out, const char *path, const struct config_context *context,
                       struct findings *said);

/* What [server] of the main file says, whose bytes these are, for what has to be done before the
 * rest may be read; opens no file. Returns 0, or -1 where the settings are refused; *out holds then
 * what could be read of them, or NULL without memory. */
int config_load_server(struct config **out, const char *path, const struct file *main,
                       struct findings *said);

/* A list of domains that is not on disk, or not yet where the configuration reads it. */
struct config_list {
    const char *name; /* of the file, for places; what stands in it is relative to the ini */
    const char *bytes;
    size_t length;
};

/* As config_load, with this list in place of those that the configuration names; NULL: as it is. */
int config_load_list(struct config **out, const char *path, const struct config_list *instead,
                     struct findings *said);

/* What the main file says by itself, without its includes and lists, and whatever is refused in it:
 * for asking a server that serves on with what it loaded before. -1 when the file cannot be read.
 */
int config_load_main(struct config **out, const char *path, struct findings *said);

/* Judges the lines of the list by themselves: not whether the policies they name are there, nor
 * what they inherit. */
void config_judge_list(const struct config_list *list, struct findings *said);

/* Whether an include reads a file of this name. Editors and packagers leave hidden files and copies
 * with other endings. */
bool config_includes(const char *name);

/* Writes the pattern with %h (policy host), %d (domain) and %% replaced. Returns 0, or -1 when the
 * result does not fit. The domain is one of a config: it was checked, so no path can escape. */
int config_expand(char *out, size_t size, const char *pattern, const char *domain);

#endif
