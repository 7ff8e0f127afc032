/* SPDX-License-Identifier: ISC */
/* config_server: the settings of [server], as mta-stsd.ini(5) describes them. */
#ifndef COMMON_CONFIG_CONFIG_SERVER_H
#define COMMON_CONFIG_CONFIG_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/network.h"
#include "common/config/config_log.h"
#include "common/name/hostname.h"

/* A line of a file; 0: the whole file. */
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

/* Where the metrics are served. */
struct config_metrics {
    struct network_endpoint endpoint; /* length 0: nowhere */
    struct config_place place;
    const char *text; /* as written, for messages */
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
    struct config_metrics metrics;       /* built-in: off */
    enum config_log_clients log_clients; /* built-in full */
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

#endif
