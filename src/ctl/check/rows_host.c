/* SPDX-License-Identifier: ISC */
/* rows_host: the rows about how the policy host answers, at each of its addresses. */
#include <string.h>

#include "common/senders/sender.h"
#include "ctl/check/rows_limits.h"
#include "ctl/check/rows_say.h"
#include "ctl/net/handshake.h"

#define TOO_SLOW_MS 2000

typedef void judge_one(struct rows_check *check, const struct policy_address *address,
                       struct rows_about *about);

static void each_address(struct rows_check *check, judge_one *judge)
{
    for (size_t i = 0; i < check->facts->address_count; i++) {
        const struct policy_address *address = &check->facts->addresses[i];
        struct rows_place place;
        struct rows_about about = {.where = rows_place(&place, check->facts->host, address->text)};
        judge(check, address, &about);
    }
}

static bool spoke_tls(const struct policy_address *address)
{
    return address->fetch.peer.version[0] != '\0';
}

/* Also where the server ends it behind its certificate, as when it asks for one of the client. */
static bool completed_tls(const struct policy_address *address)
{
    return spoke_tls(address) && address->fetch.failure != FETCH_HANDSHAKE;
}

static bool lacks_tls12(const struct policy_address *address)
{
    return address->tls12.failure == FETCH_HANDSHAKE && address->tls12.peer.version[0] == '\0';
}

static void judge_connection(struct rows_check *check, const struct policy_address *address,
                             struct rows_about *about)
{
    const struct fetch *fetch = &address->fetch;
    about->sender = "every sender";
    if (address->left_out) {
        about->advice = "publish a public one; if it is yours, write it as address in [dns], or "
                        "name the domain to have it tried";
        rows_say(check, SEVERITY_ERROR, about,
                 "%s address, which senders on the Internet cannot reach; it was not tried",
                 address->scope);
        return;
    }
    if (address->scope != NULL && !spoke_tls(address) && fetch->failure != FETCH_HANDSHAKE) {
        about->advice = "publish a public one";
        rows_say(check, SEVERITY_ERROR, about,
                 "%s address, which senders on the Internet cannot reach, nor this machine",
                 address->scope);
        return;
    }
    if (address->scope != NULL) {
        about->sender = NULL;
        about->advice = "publish a public one, unless DNS has another elsewhere";
        rows_say(check, SEVERITY_NOTE, about,
                 "%s address, which senders on the Internet cannot reach", address->scope);
        about->sender = "every sender";
    }
    about->advice = handshake_advise(fetch->peer.alert, HANDSHAKE_POLICY_HOST);
    if (!completed_tls(address))
        rows_say(check, SEVERITY_ERROR, about, "%s", fetch->why.text);
    else if (fetch->peer.is_old)
        rows_say(check, SEVERITY_ERROR, about, "it speaks %s at most", fetch->peer.version);
    else if (lacks_tls12(address))
        rows_say_tls13_only(check, about->where);
}

void rows_judge_h1(struct rows_check *check)
{
    each_address(check, judge_connection);
}

static void judge_certificate(struct rows_check *check, const struct policy_address *address,
                              struct rows_about *about)
{
    const struct peer *peer = &address->fetch.peer;
    struct error clock;
    if (!spoke_tls(address))
        return;
    if (rows_blames_clock(&clock, check->facts, peer)) {
        about->advice = ROWS_CLOCK_ADVICE;
        rows_say(check, SEVERITY_ERROR, about, "%s", clock.text);
        return;
    }
    rows_say_other_chain(check, about->where, peer, &address->tls12.peer,
                         &address->other_keys.peer);
    about->advice = "renew the certificate, and have the server load it";
    if (peer->fault == PEER_FINE)
        rows_say_end(check, about->where, peer, about->advice);
    about->sender = "every sender";
    switch (peer->fault) {
    case PEER_FINE:
        return;
    case PEER_NONE:
    case PEER_EXPIRED:
        break;
    case PEER_NOT_YET_VALID:
        about->advice = "set this machine's clock if it is behind, or serve the former certificate";
        break;
    case PEER_UNTRUSTED:
        about->advice = "serve a certificate of a public CA with its whole chain";
        break;
    case PEER_WRONG_NAME:
        about->advice = "get a certificate with the policy host's own name";
        break;
    }
    rows_say(check, SEVERITY_ERROR, about, "%s", peer->why.text);
}

void rows_judge_h2(struct rows_check *check)
{
    each_address(check, judge_certificate);
}

static void judge_unknown_name(struct rows_check *check, const struct policy_address *address,
                               struct rows_about *about)
{
    about->advice = "have the server refuse the handshake then (RFC 8461 section 7.1)";
    if (address->unknown_name_served)
        rows_say(check, SEVERITY_WARNING, about,
                 "for a name that it does not serve, it presents another host's certificate");
}

void rows_judge_h3(struct rows_check *check)
{
    each_address(check, judge_unknown_name);
}

static void judge_status(struct rows_check *check, const struct policy_address *address,
                         struct rows_about *about)
{
    const struct fetch *fetch = &address->fetch;
    struct error why;
    about->sender = "every sender";
    about->advice = "serve the policy itself at " FETCH_PATH;
    if (fetch->failure == FETCH_BROKEN && fetch->peer.alert != 0)
        about->advice = handshake_advise(fetch->peer.alert, HANDSHAKE_POLICY_HOST);
    if (fetch->failure == FETCH_BROKEN)
        rows_say(check, SEVERITY_ERROR, about, "%s", fetch->why.text);
    else if (fetch->status != 0 && fetch_judge_status(fetch, &why) != 0)
        rows_say(check, SEVERITY_ERROR, about, "%s", why.text);
}

void rows_judge_h4(struct rows_check *check)
{
    each_address(check, judge_status);
}

static bool wants_type(const struct sender *sender)
{
    return sender->wants_type;
}

static bool wants_exact_type(const struct sender *sender)
{
    return sender->wants_exact_type;
}

static bool decodes_by_charset(const struct sender *sender)
{
    return sender->by_charset;
}

static void judge_type(struct rows_check *check, const struct policy_address *address,
                       struct rows_about *about)
{
    const struct fetch *fetch = &address->fetch;
    char names[SENDERS_TEXT_MAX];
    if (fetch->status != 200)
        return;
    about->advice = "send Content-Type: text/plain; charset=utf-8";
    if (!fetch_is_text_plain(fetch)) {
        about->sender = senders_names(names, senders_which(wants_type));
        rows_say(check, SEVERITY_ERROR, about, "the Content-Type is %s",
                 fetch->type[0] != '\0' ? fetch->type : "missing");
    } else if (strncmp(fetch->type, "text/plain", 10) != 0) {
        about->sender = senders_names(names, senders_which(wants_exact_type));
        rows_say(check, SEVERITY_WARNING, about,
                 "the Content-Type is spelt %s, and some senders compare letter for letter",
                 fetch->type);
    }
    if (fetch_is_text_plain(fetch) && !fetch_is_ascii_charset(fetch)) {
        about->sender = senders_names(names, senders_which(decodes_by_charset));
        rows_say(check, SEVERITY_ERROR, about, "the Content-Type is %s, and the policy is not",
                 fetch->type);
    }
}

void rows_judge_h5(struct rows_check *check)
{
    each_address(check, judge_type);
}

/* The senders that give up before so much time has passed. */
static uint32_t impatient_senders(int64_t elapsed_ms)
{
    uint32_t all = 0;
    for (int id = 0; id < SENDER_COUNT; id++) {
        const struct sender *sender = sender_find((enum sender_id)id);
        if (sender->limit_ms > 0 && (int64_t)sender->limit_ms < elapsed_ms)
            all |= SENDERS_OF(id);
    }
    return all;
}

static void judge_time(struct rows_check *check, const struct policy_address *address,
                       struct rows_about *about)
{
    const struct fetch *fetch = &address->fetch;
    double seconds = (double)fetch->elapsed_ms / 1000;
    char names[SENDERS_TEXT_MAX];
    about->advice = "find what slows the server down; an answer should take milliseconds";
    if (!spoke_tls(address) || fetch->elapsed_ms <= FACTS_SLOW_MS)
        return;
    if (fetch->failure == FETCH_SLOW) {
        about->sender = "every sender";
        rows_say(check, SEVERITY_ERROR, about, "%s", fetch->why.text);
    } else if (fetch->elapsed_ms > TOO_SLOW_MS) {
        about->sender = senders_names(names, impatient_senders(fetch->elapsed_ms));
        rows_say(check, SEVERITY_ERROR, about, "the answer took %.1f seconds", seconds);
    } else {
        rows_say(check, SEVERITY_WARNING, about, "the answer took %.1f seconds", seconds);
    }
}

void rows_judge_h7(struct rows_check *check)
{
    each_address(check, judge_time);
}

/* ---- One address against another. */

static bool has_answered(const struct policy_address *address)
{
    return address->fetch.status != 0;
}

static const char *name_difference(const struct fetch *one, const struct fetch *other)
{
    if (one->status != other->status)
        return "status";
    if (one->status != 200)
        return NULL;
    if (one->length != other->length ||
        (one->length > 0 && memcmp(one->body, other->body, one->length) != 0))
        return "policy";
    if (strcmp(one->type, other->type) != 0)
        return "Content-Type";
    return NULL;
}

static void judge_configured(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct fetch *served = facts->served;
    const struct rows_about about = {
        facts->host, NULL,
        "reload the server (`mta-stsctl lint` and `mta-stsd --check` say why it may refuse)"};
    if (facts->configured == NULL || served == NULL)
        return;
    if (served->length != facts->configured->length ||
        memcmp(served->body, facts->configured->bytes, served->length) != 0)
        rows_say(check, SEVERITY_ERROR, &about,
                 "the host serves a different policy than the configuration has");
}

void rows_judge_h8(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct policy_address *first = NULL;
    struct rows_place place;
    struct rows_about about = {.sender = "senders, each by the address it takes",
                               .advice = "give each server the same configuration"};
    for (size_t i = 0; i < facts->address_count; i++) {
        const struct policy_address *address = &facts->addresses[i];
        if (!has_answered(address))
            continue;
        if (first == NULL)
            first = address;
        const char *difference = name_difference(&first->fetch, &address->fetch);
        about.where = rows_place(&place, facts->host, address->text);
        if (difference != NULL)
            rows_say(check, SEVERITY_ERROR, &about, "the %s differs from that at %s", difference,
                     first->text);
    }
    judge_configured(check);
}
