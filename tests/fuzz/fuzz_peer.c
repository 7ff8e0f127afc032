/* SPDX-License-Identifier: ISC */
/* fuzz_peer: any bytes as the certificates, one behind the other, that somebody's server presents,
 * described as in a handshake. What is told of them is printable. */
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/net/peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int (*note)(X509_STORE_CTX *, void *);

/* OpenSSL's would keep it for a handshake. */
void SSL_CTX_set_cert_verify_callback(SSL_CTX *context, int (*callback)(X509_STORE_CTX *, void *),
                                      void *argument)
{
    (void)context;
    (void)argument;
    note = callback;
}

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static void check_printable(const char *text)
{
    for (; *text != '\0'; text++)
        check_that(*text >= ' ' && *text <= '~');
}

static STACK_OF(X509) * read_chain(const uint8_t *data, size_t size)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    const unsigned char *at = data;
    X509 *one;
    check_that(chain != NULL);
    while (at < data + size && (one = d2i_X509(NULL, &at, (long)(data + size - at))) != NULL)
        check_that(sk_X509_push(chain, one) > 0);
    return chain;
}

static void check_peer(const struct peer *peer)
{
    check_that(peer->fault != PEER_NONE && peer->chain_count > 0);
    check_that((peer->fault == PEER_FINE) == (peer->why.text[0] == '\0'));
    check_that(peer->fault != PEER_FINE || (peer->trusted && peer->in_date && peer->covers));
    check_printable(peer->issuer);
    check_printable(peer->why.text);
    for (size_t i = 0; i < peer->name_count; i++)
        check_printable(peer->names[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct peer_trust *trust;
    static X509_STORE *nobody;
    struct error why;
    struct peer peer = {0};
    struct peer_watch watch = {.out = &peer, .host = "mx.example.com"};
    if (trust == NULL) {
        SSL_CTX *context = SSL_CTX_new(TLS_client_method());
        check_that(context != NULL && peer_trust_open(&trust, NULL, &why) == 0);
        peer_attach(context, &watch);
        SSL_CTX_free(context);
        nobody = X509_STORE_new();
    }
    watch.trust = trust;
    STACK_OF(X509) *chain = read_chain(data, size);
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    check_that(store != NULL && note != NULL);
    if (sk_X509_num(chain) > 0 &&
        X509_STORE_CTX_init(store, nobody, sk_X509_value(chain, 0), chain) == 1) {
        check_that(note(store, &watch) == 1);
        check_peer(&peer);
    }
    peer_free(&peer);
    X509_STORE_CTX_free(store);
    sk_X509_pop_free(chain, X509_free);
    return 0;
}
