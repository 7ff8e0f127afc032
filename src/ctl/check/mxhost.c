/* SPDX-License-Identifier: ISC */
/* mxhost: tests the mail hosts of all domains, each once, however many domains use it. */
#include "ctl/check/mxhost.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "ctl/base/jobs.h"

/* RFC 6698 section 2.1. */
enum { USAGE_TA = 2, USAGE_EE = 3 };
enum { SELECT_CERTIFICATE, SELECT_KEY };
enum { MATCH_EXACT, MATCH_SHA256, MATCH_SHA512 };

#define CHAINS 16384 /* a power of two */

struct entry {
    struct entry *next;
    bool done;
    struct mxhost mxhost;
};

struct mxhost_pool {
    const struct mxhost_params *params;
    pthread_mutex_t lock;
    pthread_cond_t one_done;
    struct entry *chains[CHAINS]; /* by the hash of the host */
};

/* The addresses of one host, tried side by side. */
struct round {
    const struct mxhost_params *params;
    struct mxhost *mxhost;
    const struct network_address *addresses;
};

int mxhost_open(struct mxhost_pool **out, const struct mxhost_params *params, struct error *why)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return error_set(why, "out of memory");
    (*out)->params = params;
    pthread_mutex_init(&(*out)->lock, NULL);
    pthread_cond_init(&(*out)->one_done, NULL);
    return 0;
}

static void free_entry(struct entry *entry)
{
    struct mxhost *mxhost = &entry->mxhost;
    for (size_t i = 0; i < mxhost->address_count; i++) {
        smtp_free(&mxhost->addresses[i].smtp);
        smtp_free(&mxhost->addresses[i].tls12);
        smtp_free(&mxhost->addresses[i].other_keys);
    }
    for (size_t i = 0; i < mxhost->tlsa_count; i++)
        free(mxhost->tlsa[i].data);
    free(mxhost->addresses);
    free(mxhost->tlsa);
    free(mxhost->host);
    free(entry);
}

void mxhost_close(struct mxhost_pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; i < CHAINS; i++) {
        while (pool->chains[i] != NULL) {
            struct entry *entry = pool->chains[i];
            pool->chains[i] = entry->next;
            free_entry(entry);
        }
    }
    pthread_cond_destroy(&pool->one_done);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* ---- Trying one host. */

/* Again as clients that can do less, unless the host takes its time. */
static void try_limits(struct mxhost_address *address, struct smtp_request request,
                       struct rate *rate)
{
    const struct peer *peer = &address->smtp.peer;
    if (peer->chain_count == 0 || peer->is_old || address->smtp.elapsed_ms > SMTP_PATIENCE_MS)
        return;
    request.limit = PEER_TLS12;
    if (strcmp(peer->version, "TLSv1.2") != 0) {
        rate_wait(rate);
        smtp_try(&address->tls12, &request);
    }
    request.limit = peer_other_keys(peer);
    rate_wait(rate);
    smtp_try(&address->other_keys, &request);
}

bool mxhost_lacks_tls12(const struct mxhost_address *address)
{
    return address->tls12.failure == SMTP_HANDSHAKE && address->tls12.peer.version[0] == '\0';
}

static void try_address(void *context, size_t index)
{
    struct round *round = context;
    struct mxhost_address *address = &round->mxhost->addresses[index];
    const struct smtp_request request = {
        .host = round->mxhost->host,
        .address = &round->addresses[index],
        .port = round->params->port,
        .trust = round->params->trust,
        .bound_s = round->params->bound_s,
    };
    network_address_text(request.address, address->text);
    address->scope = network_address_scope(request.address);
    if (reach_allows(round->params->reach, request.address)) {
        rate_wait(round->params->rate);
        smtp_try(&address->smtp, &request);
        try_limits(address, request, round->params->rate);
        return;
    }
    address->smtp.failure = SMTP_UNREACHABLE;
    error_set(&address->smtp.why,
              "--all does not contact such an address; name the domain to have it tried");
}

static void try_addresses(struct mxhost *out, const struct mxhost_params *params)
{
    struct network_address *addresses;
    size_t count;
    out->outcome = dns_addresses(params->dns, out->host, &addresses, &count, &out->why);
    out->found_count = count;
    if (count > MXHOST_ADDRESSES_MAX)
        count = MXHOST_ADDRESSES_MAX;
    if (count > 0)
        out->addresses = calloc(count, sizeof(*out->addresses));
    if (out->addresses != NULL) {
        struct round round = {params, out, addresses};
        out->address_count = count;
        jobs_run(count, count, try_address, &round, NULL);
    }
    free(addresses);
}

static void add_tlsa(struct mxhost *out, const struct dns_record *record)
{
    struct dnsdata_tlsa data;
    struct mxhost_tlsa *item = &out->tlsa[out->tlsa_count];
    if (dnsdata_tlsa(&data, record->bytes, record->length) != 0)
        return;
    item->data = malloc(data.data_length + 1);
    if (item->data == NULL)
        return;
    memcpy(item->data, data.data, data.data_length);
    item->length = data.data_length;
    item->usage = data.usage;
    item->selector = data.selector;
    item->matching = data.matching;
    out->tlsa_count++;
}

static void find_tlsa(struct mxhost *out, const struct mxhost_params *params)
{
    char name[DNSDATA_NAME_MAX + 8];
    struct dns_answer answer;
    snprintf(name, sizeof(name), "_%u._tcp.%s", params->port != 0 ? params->port : 25, out->host);
    dns_lookup(params->dns, name, DNS_TLSA, &answer);
    out->tlsa_outcome = answer.outcome;
    out->tlsa_secure = answer.secure;
    if (answer.count > 0)
        out->tlsa = calloc(answer.count, sizeof(*out->tlsa));
    for (size_t i = 0; i < answer.count && out->tlsa != NULL; i++)
        add_tlsa(out, &answer.records[i]);
    dns_free(&answer);
}

/* ---- The pool. */

static struct entry **chain_of(struct mxhost_pool *pool, const char *host)
{
    return &pool->chains[hash_mix(hash_bytes(HASH_START, host, strlen(host))) % CHAINS];
}

static struct entry *add_entry(struct entry **chain, const char *host)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->mxhost.host = strdup(host);
    if (entry->mxhost.host == NULL) {
        free(entry);
        return NULL;
    }
    entry->next = *chain;
    *chain = entry;
    return entry;
}

const struct mxhost *mxhost_find(struct mxhost_pool *pool, const char *host)
{
    bool mine = false;
    struct entry **chain = chain_of(pool, host);
    pthread_mutex_lock(&pool->lock);
    struct entry *entry = *chain;
    while (entry != NULL && strcmp(entry->mxhost.host, host) != 0)
        entry = entry->next;
    if (entry == NULL) {
        entry = add_entry(chain, host);
        mine = true;
    }
    while (entry != NULL && !mine && !entry->done)
        pthread_cond_wait(&pool->one_done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    if (entry == NULL)
        return NULL;
    if (!mine)
        return &entry->mxhost;
    find_tlsa(&entry->mxhost, pool->params);
    try_addresses(&entry->mxhost, pool->params);
    pthread_mutex_lock(&pool->lock);
    entry->done = true;
    pthread_cond_broadcast(&pool->one_done);
    pthread_mutex_unlock(&pool->lock);
    return &entry->mxhost;
}

/* ---- DANE. */

bool mxhost_heeds_tlsa(const struct mxhost_tlsa *tlsa)
{
    return (tlsa->usage == USAGE_TA || tlsa->usage == USAGE_EE) && tlsa->selector <= SELECT_KEY &&
           tlsa->matching <= MATCH_SHA512;
}

static bool fits_bytes(const struct mxhost_tlsa *tlsa, const unsigned char *bytes, size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    if (tlsa->matching == MATCH_EXACT)
        return tlsa->length == length && memcmp(tlsa->data, bytes, length) == 0;
    const EVP_MD *how = tlsa->matching == MATCH_SHA256 ? EVP_sha256() : EVP_sha512();
    return EVP_Digest(bytes, length, digest, &digest_length, how, NULL) == 1 &&
           tlsa->length == digest_length && memcmp(tlsa->data, digest, digest_length) == 0;
}

static bool fits_certificate(const struct mxhost_tlsa *tlsa, const struct peer_bytes *der)
{
    const unsigned char *bytes = der->bytes;
    unsigned char *key = NULL;
    bool fits = false;
    if (tlsa->selector == SELECT_CERTIFICATE)
        return fits_bytes(tlsa, der->bytes, der->length);
    X509 *certificate = d2i_X509(NULL, &bytes, (long)der->length);
    int length = certificate != NULL ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key) : 0;
    if (length > 0)
        fits = fits_bytes(tlsa, key, (size_t)length);
    OPENSSL_free(key);
    X509_free(certificate);
    return fits;
}

static bool fits_chain(const struct mxhost_tlsa *tlsa, const struct peer *peer)
{
    size_t first = tlsa->usage == USAGE_TA ? 1 : 0;
    size_t end = tlsa->usage == USAGE_EE ? 1 : peer->chain_count;
    if (!mxhost_heeds_tlsa(tlsa))
        return false;
    for (size_t i = first; i < end && i < peer->chain_count; i++) {
        if (fits_certificate(tlsa, &peer->chain[i]))
            return true;
    }
    return false;
}

bool mxhost_fits_tlsa(const struct mxhost *mxhost, const struct mxhost_address *address)
{
    for (size_t i = 0; i < mxhost->tlsa_count; i++) {
        if (fits_chain(&mxhost->tlsa[i], &address->smtp.peer))
            return true;
    }
    return false;
}
