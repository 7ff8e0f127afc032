/* SPDX-License-Identifier: ISC */
/* challenge: one worker's certificates for pending TLS-ALPN-01 challenges (RFC 8737), each made or
 * read once from the files that an ACME client or its hook wrote. Never shared between threads. */
#include "daemon/hosts/challenge.h"
#include "common/base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/hosts/challenge_parts.h"

#define CACHED      64 /* hosts whose challenge is pending at one time, in one worker */
#define LOOKING_MAX 32 /* looks under way; other places keep what was found until it is used */
#define CHECK_MS    250
#define RETRIES_MAX 8 /* of a look, each with a descriptor freed before */

/* A host, and what the last look found. {0} is free. */
struct place {
    struct hostname host;
    uint64_t found; /* the number of the look that ended last */
    struct challenge *challenge;
    struct error why; /* where there is none */

    struct loader_job *job; /* the look under way, or NULL */
    unsigned retries;
    struct lookup_list waiters;
};

struct challenges {
    const struct lookup_context *context;
    uint64_t looks; /* begun so far */
    size_t looking; /* under way */
    int64_t check_ms;
    struct place places[CACHED];
};

/* A look for the files of one host: first what it is given, then what it found. */
struct look {
    struct loader_job job;
    struct challenges *challenges;
    struct place *place;
    uint64_t number;
    struct hostname host;
    struct challenge_stamps known;
    enum challenge_news news;
    struct challenge *challenge;
    struct error why;
    char directory[];
};

struct challenges *challenges_open(const struct lookup_context *context)
{
    struct challenges *challenges = calloc(1, sizeof(*challenges));
    if (challenges != NULL)
        challenges->context = context;
    return challenges;
}

void challenge_unref(struct challenge *challenge)
{
    if (challenge == NULL || --challenge->references > 0)
        return;
    cert_free(&challenge->cert);
    free(challenge);
}

struct cert *challenge_cert(struct challenge *challenge)
{
    return &challenge->cert;
}

void challenges_close(struct challenges *challenges)
{
    for (size_t i = 0; challenges != NULL && i < CACHED; i++) {
        if (challenges->places[i].job != NULL)
            loader_forget(challenges->places[i].job);
        challenge_unref(challenges->places[i].challenge);
    }
    free(challenges);
}

/* ---- Looks. */

static struct look *look_of(struct loader_job *job)
{
    return (struct look *)(void *)job; /* its first member */
}

static void run_look(struct loader_job *job)
{
    struct look *look = look_of(job);
    look->news =
        challenge_load(&look->challenge, look->directory, &look->host, &look->known, &look->why);
}

static void free_look(struct loader_job *job)
{
    struct look *look = look_of(job);
    challenge_unref(look->challenge);
    free(look);
}

static bool begin_look(struct challenges *challenges, struct place *place, const char *directory);

/* Whether another look was begun in its place: descriptors were out, and one is free now. */
static bool retry(struct look *look)
{
    struct place *place = look->place;
    if (look->news != CHALLENGE_NEWS_NONE_PENDING || place->retries == RETRIES_MAX ||
        !lookup_may_retry(look->challenges->context, look->why.cause))
        return false;
    place->retries++;
    return begin_look(look->challenges, place, look->directory);
}

static void finish_look(struct loader_job *job, int64_t now_ms)
{
    struct look *look = look_of(job);
    struct place *place = look->place;
    (void)now_ms;
    place->job = NULL;
    look->challenges->looking--;
    if (retry(look))
        return;
    place->retries = 0;
    place->found = look->number;
    if (look->news != CHALLENGE_NEWS_SAME) {
        challenge_unref(place->challenge);
        place->challenge = look->challenge; /* handed over */
        place->why = look->why;
        look->challenge = NULL;
    }
    lookup_move(&place->waiters, look->challenges->context->ready);
}

static bool begin_look(struct challenges *challenges, struct place *place, const char *directory)
{
    size_t size = strlen(directory) + 1;
    struct look *look = calloc(1, sizeof(*look) + size);
    if (look == NULL)
        return false;
    look->job = (struct loader_job){
        .run = run_look,
        .finish = finish_look,
        .free = free_look,
        .key = lookup_hash(lookup_hash(HASH_START, directory), place->host.text)};
    look->challenges = challenges;
    look->place = place;
    look->number = challenges->looks + 1;
    look->host = place->host;
    if (place->challenge != NULL)
        look->known = place->challenge->stamps;
    memcpy(look->directory, directory, size);
    if (!loader_submit(challenges->context->port, &look->job)) {
        free_look(&look->job);
        return false;
    }
    challenges->looks++;
    challenges->looking++;
    place->job = &look->job;
    return true;
}

/* ---- The search. */

/* The place of the host; else a free one, or the one whose look ended first. NULL: none, since too
 * many looks are under way. */
static struct place *place_of(struct challenges *challenges, const struct hostname *host)
{
    struct place *oldest = NULL;
    for (size_t i = 0; i < CACHED; i++) {
        struct place *place = &challenges->places[i];
        if (hostname_equal(&place->host, host))
            return place;
        if (place->job == NULL && (oldest == NULL || place->found < oldest->found))
            oldest = place;
    }
    if (challenges->looking >= LOOKING_MAX)
        return NULL;
    challenge_unref(oldest->challenge);
    *oldest = (struct place){.host = *host};
    return oldest;
}

enum lookup_result challenge_find(struct challenges *challenges, const char *directory,
                                  const struct hostname *host, uint64_t *asked,
                                  struct lookup_waiter *waiter, struct challenge **out,
                                  struct error *why)
{
    *out = NULL;
    if (*asked == 0)
        *asked = challenges->looks + 1;
    struct place *place = place_of(challenges, host);
    if (place == NULL)
        return LOOKUP_LATE;
    if (place->found < *asked) {
        bool is_under_way =
            place->job != NULL || (waiter != NULL && begin_look(challenges, place, directory));
        if (!is_under_way || waiter == NULL)
            return LOOKUP_LATE;
        lookup_wait(waiter, &place->waiters);
        return LOOKUP_WAIT;
    }
    if (place->challenge == NULL) {
        *why = place->why;
        return LOOKUP_NONE;
    }
    place->challenge->references++;
    *out = place->challenge;
    return LOOKUP_FOUND;
}

/* ---- Looks that take long. */

int64_t challenges_wait_ms(const struct challenges *challenges, int64_t now_ms, int64_t limit_ms)
{
    if (challenges->looking == 0)
        return limit_ms;
    int64_t left_ms = challenges->check_ms > now_ms ? challenges->check_ms - now_ms : 0;
    return limit_ms < 0 || left_ms < limit_ms ? left_ms : limit_ms;
}

void challenges_check(struct challenges *challenges, int64_t now_ms)
{
    if (challenges->looking == 0 || now_ms < challenges->check_ms)
        return;
    challenges->check_ms = now_ms + CHECK_MS;
    loader_tell_hanging(loader_of(challenges->context->port));
}
