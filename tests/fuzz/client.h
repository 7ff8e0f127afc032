/* SPDX-License-Identifier: ISC */
/* client: a TLS client whose records a script may cut, drop, repeat, reorder and mangle on their
 * way. */
#ifndef CLIENT_H
#define CLIENT_H

#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
    mbedtls_ssl_config conf;
    mbedtls_ssl_context ssl;
    int fd; /* our end; -1: gone */
    bool is_shut;
    bool is_secure;   /* its handshake is done */
    const char *mark; /* of the host whose policy it may see: see answers */
    size_t queued;
    size_t answered;
    unsigned char queue[32768]; /* records that were made and not sent */
    char answer[65536];         /* what came, decrypted */
};

struct client_wish {
    const char *name; /* of the server; NULL: none is sent */
    const char *const *protocols;
    bool is_1_2;
    const char *mark;
};

/* fd is handed over. protocols must live as long as the client. */
void client_open(struct client *client, int fd, const struct client_wish *wish);
void client_close(struct client *client); /* also of one that is closed, or {.fd = -1} */

/* Handshakes and reads as far as it can; what it says is queued. */
void client_run(struct client *client);

/* What the client says, once it is secure. */
void client_say(struct client *client, const unsigned char *bytes, size_t length);
void client_say_end(struct client *client);

/* To the server: from the queue, and past it. */
void client_send(struct client *client, size_t length);
void client_send_raw(struct client *client, const unsigned char *bytes, size_t length);
void client_shut(struct client *client);

/* The queue's first record, by its header: 0 when there is none. */
size_t client_first(const struct client *client);
void client_drop(struct client *client);
void client_repeat(struct client *client);
void client_swap(struct client *client); /* the first two */
void client_mangle(struct client *client, size_t place, unsigned char change);

#endif
