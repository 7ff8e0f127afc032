/* SPDX-License-Identifier: ISC */
/* config_client: the settings of [acme], [dns], [tlsrpt] and [watch], which only mta-stsctl(1)
 * uses. */
#ifndef COMMON_CONFIG_CONFIG_CLIENT_H
#define COMMON_CONFIG_CONFIG_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/network.h"
#include "common/config/config_server.h"

/* [acme]. NULL and 0 where not set. */
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

/* [dns]. NULL and 0 where not set. */
struct config_dns {
    bool present;
    const char **rua;
    size_t rua_count;
    struct network_address *addresses;
    size_t address_count;
    const char *cname;
    struct config_place host_place; /* of cname, or of the first address */
    const char *target;             /* pattern with %d */
};

/* [tlsrpt]. NULL and 0 where not set. */
struct config_tlsrpt {
    const char **authserv; /* hosts whose Authentication-Results are believed */
    size_t authserv_count;
    const char *mailbox; /* whose mails mta-stsctl tlsrpt --mailbox reads */
};

/* [watch]. NULL and 0 where not set. */
struct config_watch {
    const char **mails; /* addresses, or users of this machine */
    size_t mail_count;
    const char *mail_from;
    const char *sendmail; /* the program */
    const char *command;  /* a path or a name in PATH; reads the digest as JSON */
};

#endif
