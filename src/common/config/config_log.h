/* SPDX-License-Identifier: ISC */
/* config_log: what the log has of fetches and of clients. */
#ifndef COMMON_CONFIG_CONFIG_LOG_H
#define COMMON_CONFIG_CONFIG_LOG_H

enum config_access_log {
    CONFIG_ACCESS_LOG_ON,
    CONFIG_ACCESS_LOG_ERRORS, /* only fetches that were not answered with 200 */
    CONFIG_ACCESS_LOG_OFF,
};

/* How much of a client's address the log shows. */
enum config_log_clients {
    CONFIG_LOG_CLIENTS_FULL,
    CONFIG_LOG_CLIENTS_NETWORK, /* an IPv4 /24, an IPv6 /48 */
    CONFIG_LOG_CLIENTS_NONE,
};

#endif
