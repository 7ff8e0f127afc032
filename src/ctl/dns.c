/* SPDX-License-Identifier: ISC */
/* dns: what the resolver says of a name, and whether DNSSEC vouches for it. */
#include "dns.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#include "moment.h"

#define SYSTEM_ANCHORS "/usr/share/dns/root.key"
#define CLASS_IN       1
#define TYPE_DNSKEY    48
#define IDLE_MAX       256
#define TTL_MAX        "2147483647" /* as published; libunbound would say a day at most */

/* A context of libunbound serves one thread at a time; those that are idle are kept. */
struct dns {
    char *resolver;
    char *anchors;
    bool validates;
    pthread_mutex_t lock;
    struct ub_ctx *idle[IDLE_MAX];
    size_t idle_count;
};

/* One question, until its answer comes. */
struct wait {
    bool ended;
    int error;
    struct ub_result *result;
};

/* ---- Contexts. */

static int configure(struct ub_ctx *context, const struct dns *dns, struct error *why)
{
    /* A thread, not a process; a resolver on this very machine may be asked; and what is waited for
     * is seen when it comes. */
    if (ub_ctx_async(context, 1) != 0 ||
        ub_ctx_set_option(context, "do-not-query-localhost:", "no") != 0 ||
        ub_ctx_set_option(context, "cache-max-ttl:", TTL_MAX) != 0 ||
        ub_ctx_set_option(context, "cache-max-negative-ttl:", "1") != 0)
        return error_set(why, "libunbound cannot be set up");
    if (dns->resolver != NULL && ub_ctx_set_fwd(context, dns->resolver) != 0)
        return error_set(why, "%s: no resolver; write ADDRESS or ADDRESS@PORT", dns->resolver);
    if (dns->resolver == NULL && ub_ctx_resolvconf(context, NULL) != 0)
        return error_set(why, "/etc/resolv.conf cannot be read: %s", strerror(errno));
    if (dns->validates && ub_ctx_add_ta_file(context, dns->anchors) != 0)
        return error_set(why, "%s: no trust anchors can be read from it", dns->anchors);
    return 0;
}

static struct ub_ctx *take(struct dns *dns, struct error *why)
{
    struct ub_ctx *context = NULL;
    pthread_mutex_lock(&dns->lock);
    if (dns->idle_count > 0)
        context = dns->idle[--dns->idle_count];
    pthread_mutex_unlock(&dns->lock);
    if (context != NULL)
        return context;
    context = ub_ctx_create();
    if (context == NULL) {
        error_set(why, "out of memory");
    } else if (configure(context, dns, why) != 0) {
        ub_ctx_delete(context);
        context = NULL;
    }
    return context;
}

static void give_back(struct dns *dns, struct ub_ctx *context)
{
    pthread_mutex_lock(&dns->lock);
    bool kept = dns->idle_count < IDLE_MAX;
    if (kept)
        dns->idle[dns->idle_count++] = context;
    pthread_mutex_unlock(&dns->lock);
    if (!kept)
        ub_ctx_delete(context);
}

/* ---- One question. */

static void note_answer(void *argument, int error, struct ub_result *result)
{
    struct wait *wait = argument;
    wait->ended = true;
    wait->error = error;
    wait->result = result;
}

/* The result, which the caller frees, or NULL with why. */
static struct ub_result *ask(struct ub_ctx *context, const char *name, int type, struct error *why)
{
    struct wait wait = {0};
    int id;
    int64_t end = moment_steady_ms() + (int64_t)DNS_BOUND_S * 1000;
    int failure = ub_resolve_async(context, name, type, CLASS_IN, &wait, note_answer, &id);
    while (failure == 0 && !wait.ended) {
        struct pollfd answer = {.fd = ub_fd(context), .events = POLLIN};
        int64_t left = end - moment_steady_ms();
        if (left <= 0) {
            ub_cancel(context, id);
            error_set(why, "the resolver did not answer within %d seconds", DNS_BOUND_S);
            return NULL;
        }
        if (poll(&answer, 1, (int)left) > 0)
            failure = ub_process(context);
    }
    if (failure == 0)
        failure = wait.error;
    if (failure != 0)
        error_set(why, "%s", ub_strerror(failure));
    return failure == 0 ? wait.result : NULL;
}

static enum dns_outcome judge(const struct ub_result *result, const char *name, struct error *why)
{
    enum { SERVFAIL = 2, REFUSED = 5 };
    if (result->bogus) {
        error_set(why, "DNSSEC refuses the answer for %s: %.300s", name,
                  result->why_bogus != NULL ? result->why_bogus : "its signatures are broken");
        return DNS_BOGUS;
    }
    if (result->havedata)
        return DNS_FOUND;
    if (result->nxdomain) {
        error_set(why, "%s does not exist", name);
        return DNS_NO_NAME;
    }
    if (result->rcode == 0) {
        error_set(why, "%s has no such record", name);
        return DNS_NO_DATA;
    }
    error_set(why, "the resolver could not answer for %s: %s", name,
              result->rcode == SERVFAIL  ? "SERVFAIL"
              : result->rcode == REFUSED ? "REFUSED"
                                         : "an error of the name servers");
    return DNS_FAILED;
}

static int list_records(struct dns_answer *out, const struct ub_result *result)
{
    size_t count = 0;
    while (result->data[count] != NULL)
        count++;
    out->records = calloc(count + 1, sizeof(*out->records));
    if (out->records == NULL)
        return error_set(&out->why, "out of memory");
    for (size_t i = 0; i < count; i++)
        out->records[i] =
            (struct dns_record){(const unsigned char *)result->data[i], (size_t)result->len[i]};
    out->count = count;
    return 0;
}

static void keep_canonical(struct dns_answer *out, const struct ub_result *result, const char *name)
{
    size_t length = result->canonname != NULL ? strlen(result->canonname) : 0;
    if (length > 1 && result->canonname[length - 1] == '.')
        length--;
    if (length == 0 || length >= sizeof(out->canonical))
        return;
    memcpy(out->canonical, result->canonname, length);
    dnsdata_make_printable(out->canonical);
    if (strcmp(out->canonical, name) == 0)
        out->canonical[0] = '\0';
}

void dns_lookup(struct dns *dns, const char *name, enum dns_type type, struct dns_answer *out)
{
    *out = (struct dns_answer){.outcome = DNS_FAILED};
    struct ub_ctx *context = take(dns, &out->why);
    if (context == NULL)
        return;
    struct ub_result *result = ask(context, name, (int)type, &out->why);
    if (result == NULL) {
        ub_ctx_delete(context);
        return;
    }
    give_back(dns, context);
    out->held = result;
    out->outcome = judge(result, name, &out->why);
    out->secure = result->secure;
    out->ttl_s = result->ttl > 0 ? (uint32_t)result->ttl : 0;
    keep_canonical(out, result, name);
    if (out->outcome == DNS_FOUND && list_records(out, result) != 0)
        out->outcome = DNS_FAILED;
}

void dns_free(struct dns_answer *answer)
{
    free(answer->records);
    if (answer->held != NULL)
        ub_resolve_free(answer->held);
    *answer = (struct dns_answer){0};
}

/* ---- The resolver. */

/* Whether the root's own keys come through and hold. */
static bool passes_dnssec(struct dns *dns)
{
    struct error why;
    struct ub_ctx *context = take(dns, &why);
    if (context == NULL)
        return false;
    struct ub_result *result = ask(context, ".", TYPE_DNSKEY, &why);
    bool secure = result != NULL && result->secure;
    if (result != NULL)
        ub_resolve_free(result);
    ub_ctx_delete(context); /* it is not asked again if it validates what cannot be validated */
    return secure;
}

static int prepare(struct dns *dns, struct error *why)
{
    struct ub_ctx *context = take(dns, why);
    if (context == NULL)
        return -1;
    give_back(dns, context);
    return 0;
}

int dns_open(struct dns **out, const char *resolver, const char *anchors, struct error *why)
{
    bool chosen = anchors != NULL;
    *out = NULL;
    struct dns *dns = calloc(1, sizeof(*dns));
    if (dns == NULL)
        return error_set(why, "out of memory");
    pthread_mutex_init(&dns->lock, NULL);
    dns->resolver = resolver != NULL ? strdup(resolver) : NULL;
    dns->anchors = strdup(chosen ? anchors : SYSTEM_ANCHORS);
    if (dns->anchors == NULL || (resolver != NULL && dns->resolver == NULL)) {
        dns_close(dns);
        return error_set(why, "out of memory");
    }
    dns->validates = access(dns->anchors, R_OK) == 0 || chosen;
    if (!chosen && dns->validates)
        dns->validates = passes_dnssec(dns);
    if (prepare(dns, why) != 0) {
        dns_close(dns);
        return -1;
    }
    *out = dns;
    return 0;
}

void dns_close(struct dns *dns)
{
    if (dns == NULL)
        return;
    for (size_t i = 0; i < dns->idle_count; i++)
        ub_ctx_delete(dns->idle[i]);
    pthread_mutex_destroy(&dns->lock);
    free(dns->resolver);
    free(dns->anchors);
    free(dns);
}

bool dns_validates(const struct dns *dns)
{
    return dns->validates;
}

/* ---- Addresses. */

static size_t add_addresses(struct network_address *out, const struct dns_answer *answer)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    size_t count = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const struct dns_record *record = &answer->records[i];
        if (record->length == 16) {
            memcpy(out[count++].bytes, record->bytes, 16);
        } else if (record->length == 4) {
            memcpy(out[count].bytes, mapped, 12);
            memcpy(out[count++].bytes + 12, record->bytes, 4);
        }
    }
    return count;
}

enum dns_outcome dns_addresses(struct dns *dns, const char *host, struct network_address **out,
                               size_t *count, struct error *why)
{
    struct dns_answer six;
    struct dns_answer four;
    *out = NULL;
    *count = 0;
    dns_lookup(dns, host, DNS_AAAA, &six);
    dns_lookup(dns, host, DNS_A, &four);
    /* One address is an address; with none, the worse news is the truer: nothing is known. */
    const struct dns_answer *told = six.outcome > four.outcome ? &six : &four;
    enum dns_outcome outcome = told->outcome;
    error_set(why, "%s", outcome == DNS_NO_DATA ? "the host has no address" : told->why.text);
    if (six.count + four.count > 0)
        *out = calloc(six.count + four.count, sizeof(**out));
    if (*out != NULL) {
        *count = add_addresses(*out, &six);
        *count += add_addresses(*out + *count, &four);
        outcome = DNS_FOUND;
    } else if (six.count + four.count > 0) {
        error_set(why, "out of memory");
        outcome = DNS_FAILED;
    }
    dns_free(&six);
    dns_free(&four);
    return outcome;
}
