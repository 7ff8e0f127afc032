/* SPDX-License-Identifier: ISC */
/* dns: asks a resolver, with DNSSEC validation. */
#include "ctl/net/dns_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unbound.h>
#include <unistd.h>

#include "ctl/base/descriptors.h"
#include "ctl/base/thread.h"

#define SYSTEM_ANCHORS "/usr/share/dns/root.key"
#define CLASS_IN       1
#define TYPE_DNSKEY    48
#define TTL_MAX        "2147483647" /* as published; libunbound would say a day at most */

/* Zones of private networks, which libunbound answers by itself (NXDOMAIN) and a resolver there may
 * well have: RFC 6761 section 6.2, RFC 8375. */
static const char *const private_zones[] = {"test.", "home.arpa."};

/* The root's signatures deny the first of them; the other is delegated without any. */
#define UNSIGNED_ZONE "test."

/* One context of libunbound serves all threads that ask: its own thread asks, ours hands the
 * answers out. */
struct dns {
    char *resolver;
    char *anchors;
    bool chosen; /* the anchors are not the system's */
    bool validates;
    struct ub_ctx *context;
    int ending[2]; /* a pipe; what is written to it ends our thread */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* for all questions */
    struct question *left;
};

/* Ends with an answer, or is abandoned after DNS_BOUND_S; then it is kept until dns_close, since
 * its answer may still arrive. */
struct question {
    struct dns *dns;
    pthread_cond_t answered;
    bool has_ended;
    bool is_left;
    int error;
    struct ub_result *result;
    struct question *next; /* the next abandoned one */
};

/* ---- The context. */

size_t dns_sockets(void)
{
    enum { UNBOUND_HAS = 4096 };
    size_t share = descriptors_limit() / 4;
    return share < UNBOUND_HAS ? share : UNBOUND_HAS;
}

/* libunbound has 16 otherwise: as many questions that the resolver cannot answer soon would hold
 * all others up, and a question that was abandoned keeps its socket for a while. */
static int set_sockets(struct ub_ctx *context)
{
    char number[24];
    snprintf(number, sizeof(number), "%zu", dns_sockets());
    return ub_ctx_set_option(context, "outgoing-range:", number);
}

static int configure(struct ub_ctx *context, const struct dns *dns, struct error *why)
{
    /* Use a thread, not a process; allow a resolver on this machine; report answers at once; and do
     * not blame the resolver for a name without an answer. */
    if (ub_ctx_async(context, 1) != 0 ||
        ub_ctx_set_option(context, "do-not-query-localhost:", "no") != 0 ||
        ub_ctx_set_option(context, "cache-max-ttl:", TTL_MAX) != 0 ||
        ub_ctx_set_option(context, "cache-max-negative-ttl:", "1") != 0 ||
        ub_ctx_set_option(context, "infra-host-ttl:", "1") != 0 ||
        (!dns->chosen && ub_ctx_set_option(context, "domain-insecure:", UNSIGNED_ZONE) != 0) ||
        set_sockets(context) != 0)
        return error_set(why, "libunbound cannot be set up");
    if (dns->resolver != NULL && ub_ctx_set_fwd(context, dns->resolver) != 0)
        return error_set(why, "%s: not a resolver's address; write ADDRESS or ADDRESS@PORT",
                         dns->resolver);
    if (dns->resolver == NULL && ub_ctx_resolvconf(context, NULL) != 0)
        return error_set(why, "/etc/resolv.conf cannot be read: %s", strerror(errno));
    if (dns->validates && ub_ctx_add_ta_file(context, dns->anchors) != 0)
        return error_set(why, "%s: no trust anchors can be read from it", dns->anchors);
    /* Last, since it ends the configuration. */
    for (size_t i = 0; i < sizeof(private_zones) / sizeof(private_zones[0]); i++) {
        if (ub_ctx_zone_remove(context, private_zones[i]) != 0)
            return error_set(why, "libunbound cannot be set up");
    }
    return 0;
}

static void *hand_out(void *argument)
{
    struct dns *dns = argument;
    struct pollfd ready[2] = {{.fd = ub_fd(dns->context), .events = POLLIN},
                              {.fd = dns->ending[0], .events = POLLIN}};
    int failure = 0; /* then no answer comes any more, and each question has its bound */
    while (ready[1].revents == 0 && failure == 0) {
        if (poll(ready, 2, -1) > 0 && ready[0].revents != 0)
            failure = ub_process(dns->context);
    }
    return NULL;
}

static int start(struct dns *dns, struct error *why)
{
    dns->context = ub_ctx_create();
    if (dns->context == NULL)
        return error_set(why, "out of memory");
    if (configure(dns->context, dns, why) != 0)
        return -1;
    if (pipe2(dns->ending, O_CLOEXEC) != 0) {
        dns->ending[0] = dns->ending[1] = -1;
        return error_set(why, "cannot create a pipe: %s", strerror(errno));
    }
    int failure = thread_start(&dns->thread, hand_out, dns);
    dns->has_thread = failure == 0;
    return failure == 0 ? 0 : error_set(why, "cannot start a thread: %s", strerror(failure));
}

static void free_question(struct question *question)
{
    pthread_cond_destroy(&question->answered);
    free(question);
}

static void stop(struct dns *dns)
{
    if (dns->has_thread && write(dns->ending[1], "", 1) == 1)
        pthread_join(dns->thread, NULL);
    dns->has_thread = false;
    for (size_t i = 0; i < 2 && dns->ending[i] >= 0; i++) {
        close(dns->ending[i]);
        dns->ending[i] = -1;
    }
    if (dns->context != NULL)
        ub_ctx_delete(dns->context);
    dns->context = NULL;
    while (dns->left != NULL) {
        struct question *question = dns->left;
        dns->left = question->next;
        free_question(question);
    }
}

/* ---- One question. */

static void note_answer(void *argument, int error, struct ub_result *result)
{
    struct question *question = argument;
    pthread_mutex_lock(&question->dns->lock);
    if (question->is_left) {
        if (result != NULL)
            ub_resolve_free(result);
    } else {
        question->has_ended = true;
        question->error = error;
        question->result = result;
        pthread_cond_signal(&question->answered);
    }
    pthread_mutex_unlock(&question->dns->lock);
}

static struct question *make_question(struct dns *dns, struct error *why)
{
    pthread_condattr_t steady;
    struct question *question = calloc(1, sizeof(*question));
    if (question == NULL) {
        error_set(why, "out of memory");
        return NULL;
    }
    question->dns = dns;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&question->answered, &steady);
    pthread_condattr_destroy(&steady);
    return question;
}

/* Whether the answer came in time; if not, the question is abandoned. */
static bool wait_for(struct question *question)
{
    struct dns *dns = question->dns;
    struct timespec end;
    int result = 0;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += DNS_BOUND_S;
    pthread_mutex_lock(&dns->lock);
    while (!question->has_ended && result == 0)
        result = pthread_cond_timedwait(&question->answered, &dns->lock, &end);
    bool answered = question->has_ended;
    if (!answered) {
        question->is_left = true;
        question->next = dns->left;
        dns->left = question;
    }
    pthread_mutex_unlock(&dns->lock);
    return answered;
}

struct ub_result *dns_ask(struct dns *dns, const char *name, int type, struct error *why)
{
    int id;
    struct question *question = make_question(dns, why);
    if (question == NULL)
        return NULL;
    int failure = ub_resolve_async(dns->context, name, type, CLASS_IN, question, note_answer, &id);
    if (failure == 0 && !wait_for(question)) {
        ub_cancel(dns->context, id);
        error_set(why, "the resolver did not answer within %d seconds", DNS_BOUND_S);
        return NULL;
    }
    if (failure == 0)
        failure = question->error;
    struct ub_result *result = question->result;
    free_question(question);
    if (failure != 0)
        error_set(why, "%s", ub_strerror(failure));
    return failure == 0 ? result : NULL;
}

/* ---- The resolver. */

/* Whether the root's keys are received and validate. */
static bool passes_dnssec(struct dns *dns)
{
    struct error why;
    struct ub_result *result = dns_ask(dns, ".", TYPE_DNSKEY, &why);
    bool secure = result != NULL && result->secure;
    if (result != NULL)
        ub_resolve_free(result);
    return secure;
}

/* Starts; default trust anchors are used only if validation works. */
static int start_validating(struct dns *dns, struct error *why)
{
    dns->validates = access(dns->anchors, R_OK) == 0 || dns->chosen;
    if (start(dns, why) != 0)
        return -1;
    if (dns->chosen || !dns->validates || passes_dnssec(dns))
        return 0;
    stop(dns);
    dns->validates = false;
    return start(dns, why);
}

int dns_open(struct dns **out, const char *resolver, const char *anchors, struct error *why)
{
    *out = NULL;
    struct dns *dns = calloc(1, sizeof(*dns));
    if (dns == NULL)
        return error_set(why, "out of memory");
    pthread_mutex_init(&dns->lock, NULL);
    dns->ending[0] = dns->ending[1] = -1;
    dns->resolver = resolver != NULL ? strdup(resolver) : NULL;
    dns->chosen = anchors != NULL;
    dns->anchors = strdup(anchors != NULL ? anchors : SYSTEM_ANCHORS);
    int result = 0;
    if (dns->anchors == NULL || (resolver != NULL && dns->resolver == NULL))
        result = error_set(why, "out of memory");
    else
        result = start_validating(dns, why);
    if (result == 0)
        *out = dns;
    else
        dns_close(dns);
    return result;
}

void dns_close(struct dns *dns)
{
    if (dns == NULL)
        return;
    stop(dns);
    pthread_mutex_destroy(&dns->lock);
    free(dns->resolver);
    free(dns->anchors);
    free(dns);
}

bool dns_validates(const struct dns *dns)
{
    return dns->validates;
}
